using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

[Trait("Category", "RealParts")]
public sealed class LifecycleTests(Server server) : NamespacedTests(server)
{
    [Fact]
    public async Task Creation_by_subcommand_stores_the_object()
    {
        (await KubectlAsync("create configmap c --from-literal=a=b")).Succeeds().ShouldBe("configmap/c created\n");
        (await KubectlAsync("create secret generic s --from-literal=password=secret")).Succeeds().ShouldBe("secret/s created\n");
        (await FieldAsync("secret/s", ".data.password")).ShouldBe("c2VjcmV0");
        (await KubectlAsync("create deployment d --image=x --replicas=2 --port=80")).Succeeds()
            .ShouldBe("deployment.apps/d created\n");
        (await FieldAsync("deployment/d", ".spec.strategy.rollingUpdate.maxSurge")).ShouldBe("25%");
        (await KubectlAsync("create job j --image=x")).Succeeds();
        (await KubectlAsync("create cronjob cj --image=x --schedule=@daily")).Succeeds();
        (await KubectlAsync("create service clusterip svc --tcp=80:8080")).Succeeds();
        (await FieldAsync("service/svc", ".spec.clusterIP")).ShouldStartWith(Target.IsForeign ? "" : "10.0.0.");
        (await KubectlAsync("expose deployment d --port=80")).Succeeds();
        (await KubectlAsync("create ingress i --rule=a.example.org/x=svc:80")).Succeeds();
        (await KubectlAsync("create poddisruptionbudget p --selector=app=d --min-available=1")).Succeeds();
        (await KubectlAsync("autoscale deployment d --max=3")).Succeeds();
        (await KubectlAsync("create quota q --hard=pods=5")).Succeeds();
        (await KubectlAsync("get service,ingress,pdb,hpa,resourcequota,cronjob,job -o name")).Lines().Count.ShouldBe(8);
    }

    [OwnServerFact]
    public async Task Token_of_an_account_is_accepted_as_that_account()
    {
        (await KubectlAsync("create serviceaccount robot")).Succeeds();
        var token = (await KubectlAsync("create token robot --duration=20m")).Succeeds().Trim();

        var who = JsonNode.Parse((await Server.WithToken("robot", token).RunAsync("auth whoami -o json")).Succeeds())!;
        who["status"]!["userInfo"]!["username"]!.GetValue<string>().ShouldBe($"system:serviceaccount:{Namespace}:robot");

        (await KubectlAsync("delete serviceaccount robot")).Succeeds();
        (await Server.WithToken("robot", token).RunAsync("auth whoami")).Fails().ShouldContain("Unauthorized");
    }

    [Fact]
    public async Task Second_creation_is_refused()
    {
        (await KubectlAsync("create configmap c")).Succeeds();
        (await KubectlAsync("create configmap c")).Fails().ShouldContain("configmaps \"c\" already exists");
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad\n", "error converting YAML to JSON")]
    [InlineData("apiVersion: example.org/v1\nkind: Rose\nmetadata: {name: bad}", "no matches for kind \"Rose\"")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ncolour: red", "unknown field \"colour\"")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Bad_Name}", "metadata.name: Invalid value: \"Bad_Name\"")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ndata: {a: {b: c}}", "data")]
    [InlineData(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {selector: {matchLabels: {a: b}}, "
        + "template: {metadata: {labels: {a: c}}, spec: {containers: [{name: x, image: img}]}}}",
        "spec.template.metadata.labels: Invalid value")]
    [InlineData(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: -1, selector: {matchLabels: {a: b}}, "
        + "template: {metadata: {labels: {a: b}}, spec: {containers: []}}}",
        "spec.replicas: Invalid value: -1")]
    [InlineData(
        "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999}]}",
        "spec.ports[0].port: Invalid value: 99999")]
    public async Task Bad_input_is_refused_with_its_place_and_nothing_is_stored(string manifest, string reason)
    {
        (await PipeAsync(manifest, "create -f -")).Fails().ShouldContain(reason);
        (await KubectlAsync($"get configmap,deployment,service --field-selector {Made} -o name")).Succeeds().ShouldBeEmpty();
    }

    [Fact]
    public async Task Malformed_bodies_are_answered_with_a_status()
    {
        using var http = Server.Http();
        foreach (var (body, type, code) in new[]
        {
            ("{\"kind\":", "application/json", 400), ("kind: [", "application/yaml", 400), ("<x/>", "text/xml", 415),
            ("{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"x\"}}", "application/json", 400),
        })
        {
            using var content = new StringContent(body, null, type);
            using var response = await http.PostAsync($"api/v1/namespaces/{Namespace}/configmaps", content);
            var status = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            ((int)response.StatusCode).ShouldBe(code, status.ToJsonString());
            status["kind"]!.GetValue<string>().ShouldBe("Status");
            status["message"]!.GetValue<string>().ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task Finalizers_hold_a_deleted_object_until_they_are_gone()
    {
        (await KubectlAsync("create configmap held")).Succeeds();
        (await KubectlAsync("""patch configmap held -p {"metadata":{"finalizers":["example.org/hold"]}}""")).Succeeds();

        (await KubectlAsync("delete configmap held --wait=false")).Succeeds();
        (await FieldAsync("configmap/held", ".metadata.deletionTimestamp")).ShouldNotBeEmpty();
        (await KubectlAsync("""patch configmap held -p {"metadata":{"finalizers":["example.org/hold","example.org/more"]}}"""))
            .Fails().ShouldContain("metadata.finalizers");

        var waiting = KubectlAsync("wait --for=delete configmap/held --timeout=30s");
        (await KubectlAsync("""patch configmap held --type=merge -p {"metadata":{"finalizers":null}}""")).Succeeds();
        (await waiting).Succeeds();
        (await KubectlAsync("get configmap held")).Fails().ShouldContain("NotFound");
    }

    [OwnServerTheory]
    [InlineData("foreground", "foregroundDeletion")]
    [InlineData("orphan", "orphan")]
    public async Task Cascade_leaves_the_collector_its_finalizer(string cascade, string finalizer)
    {
        (await KubectlAsync("create deployment d --image=x")).Succeeds();
        (await KubectlAsync($"delete deployment d --cascade={cascade} --wait=false")).Succeeds();
        (await FieldAsync("deployment/d", ".metadata.finalizers[*]")).ShouldBe(finalizer);
    }

    [Fact]
    public async Task Background_deletion_removes_at_once_and_collections_by_selector()
    {
        (await KubectlAsync("create deployment d --image=x")).Succeeds();
        (await KubectlAsync("delete deployment d --cascade=background")).Succeeds();
        (await KubectlAsync("create configmap a")).Succeeds();
        (await KubectlAsync("create configmap b")).Succeeds();
        (await KubectlAsync("label configmap a doomed=yes")).Succeeds();

        (await KubectlAsync("delete configmap -l doomed=yes")).Succeeds();

        (await KubectlAsync($"get deployment,configmap --field-selector {Made} -o name")).Lines().ShouldBe(["configmap/b"]);
        (await KubectlAsync("delete configmap --all")).Succeeds();
        (await KubectlAsync("delete configmap b")).Fails().ShouldContain("NotFound");
        (await KubectlAsync("delete configmap b --ignore-not-found")).Succeeds();
    }

    [Fact]
    public async Task Wait_ends_when_the_condition_or_field_holds()
    {
        await CreateDefaultAccountAsync();
        (await KubectlAsync($"run web --image=x {Nowhere}")).Succeeds();
        (await KubectlAsync("wait --for=condition=Ready pod/web --timeout=1s")).Fails().ShouldContain("timed out");

        var ready = KubectlAsync("wait --for=condition=Ready pod/web --timeout=30s");
        var running = KubectlAsync("wait --for=jsonpath={.status.phase}=Running pod/web --timeout=30s");
        const string Status = """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""";
        (await KubectlAsync($"patch pod web --subresource=status -p {Status}")).Succeeds();
        (await ready).Succeeds().ShouldBe("pod/web condition met\n");
        (await running).Succeeds().ShouldBe("pod/web condition met\n");
    }

    [OwnServerFact]
    public async Task Terminating_namespace_takes_nothing_new()
    {
        (await KubectlAsync("create configmap c")).Succeeds();
        (await KubectlAsync($"delete namespace {Namespace} --wait=false")).Succeeds();

        (await FieldAsync($"namespace/{Namespace}", ".status.phase")).ShouldBe("Terminating");
        (await KubectlAsync("create configmap late")).Fails()
            .ShouldContain($"because it is being terminated");
        (await KubectlAsync("get configmap c")).Succeeds();
        (await KubectlAsync("delete configmap c")).Succeeds();

        // No controller runs here, so the namespace is finalized by hand.
        var read = JsonNode.Parse((await KubectlAsync($"get namespace {Namespace} -o json")).Succeeds())!;
        read["spec"]!["finalizers"] = new JsonArray();
        (await PipeAsync(read.ToJsonString(), $"replace --raw /api/v1/namespaces/{Namespace}/finalize -f -")).Succeeds();
        (await KubectlAsync($"get namespace {Namespace}")).Fails().ShouldContain("NotFound");
        (await KubectlAsync("create configmap later")).Fails().ShouldContain($"namespaces \"{Namespace}\" not found");
    }
}
