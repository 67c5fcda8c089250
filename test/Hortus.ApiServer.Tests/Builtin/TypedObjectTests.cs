using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Hosting;
using Hortus.Objects;
using Hortus.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ApiServer.Tests.Builtin;

/// <summary>What kube-apiserver's typed objects show, and ours must too: found by comparing answers with a real one.</summary>
[Trait("Category", "Integration")]
public sealed class TypedObjectTests : IAsyncLifetime
{
    private const string Space = "/api/v1/namespaces/default/";
    private const string Apps = "/apis/apps/v1/namespaces/default/";
    private const string Workload = """
        "selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[
        {"name":"c","image":"i","resources":{"limits":{"cpu":"1000m","memory":"1024Mi"}}}]}}
        """;

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private EmbeddedStore store = null!;
    private ApiServerHost host = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        store = EmbeddedStore.InMemory(TimeProvider.System);
        var services = ApiServerHost.CreateServices(
            new ApiServerOptions
            {
                AuthorizationMode = ["AlwaysAllow"],
                DisableAdmissionPlugins = ["ServiceAccount"],
                ServiceClusterIPRange = ["10.2.0.0/16"],
                AdvertiseAddress = "10.0.0.9",
            },
            store, TimeProvider.System, NullLoggerFactory.Instance);
        host = await ApiServerHost.StartAsync(
            store, [new BuiltinPlugin()], new ListenOptions(new IPEndPoint(IPAddress.Loopback, 0), null), services,
            deadline.Token);
        http = new HttpClient { BaseAddress = host.Address };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("tests/1");
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await host.DisposeAsync();
        await store.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task Workloads_show_an_empty_status_and_leave_defaults_of_pods_to_pods()
    {
        var created = await PostAsync(Apps + "deployments", $$$"""{"metadata":{"name":"d"},"spec":{ {{{Workload}}} }}""");

        created["status"]!.ToJsonString().ShouldBe("{}");
        created.Map("spec", "template", "spec")!.ContainsKey("enableServiceLinks").ShouldBeFalse();
        created.Items("spec", "template", "spec", "containers").Single()["resources"]!.ToJsonString()
            .ShouldBe("""{"limits":{"cpu":"1","memory":"1Gi"}}""");
    }

    [Fact]
    public async Task Creating_owns_the_fields_of_structures_but_not_the_structures()
    {
        var created = await PostAsync(Apps + "deployments", $$$"""{"metadata":{"name":"d"},"spec":{ {{{Workload}}} }}""");

        var owned = created.Items("metadata", "managedFields").Single().Map("fieldsV1", "f:spec")!;
        owned.ContainsKey(".").ShouldBeFalse();
        owned.Map("f:strategy")!.ContainsKey(".").ShouldBeFalse();
        owned.Map("f:strategy", "f:rollingUpdate")!.ContainsKey(".").ShouldBeTrue();
        owned.Map("f:template", "f:spec", "f:containers")!.ContainsKey(".").ShouldBeFalse();
    }

    [Fact]
    public async Task What_the_server_adds_to_a_job_belongs_to_nobody()
    {
        var job = await PostAsync("/apis/batch/v1/namespaces/default/jobs", """
            {"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}
            """);

        job.Number("spec", "completions").ShouldBe(1);
        job.Text("metadata", "labels", "job-name").ShouldBe("j");
        job.Items("metadata", "managedFields").Single().Map("fieldsV1", "f:spec")!.ContainsKey("f:selector").ShouldBeFalse();
    }

    [Fact]
    public async Task Empty_maps_and_lists_are_not_kept()
    {
        var map = await PostAsync(Space + "configmaps", """{"metadata":{"name":"m"},"data":{},"binaryData":{}}""");

        map.ContainsKey("data").ShouldBeFalse();
        map["metadata"]!.AsObject().ContainsKey("managedFields").ShouldBeFalse();
    }

    [Fact]
    public async Task Secret_texts_are_owned_as_the_data_they_become()
    {
        var secret = await PostAsync(Space + "secrets", """{"metadata":{"name":"s"},"stringData":{"a":"x"}}""");

        var owned = secret.Items("metadata", "managedFields").Single().Map("fieldsV1")!;
        owned.ContainsKey("f:data").ShouldBeTrue();
        owned.ContainsKey("f:stringData").ShouldBeFalse();
    }

    [Fact]
    public async Task Deleting_a_pod_answers_with_the_pod_and_a_config_map_with_a_status()
    {
        await PostAsync(Space + "pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        await PostAsync(Space + "configmaps", """{"metadata":{"name":"c"}}""");

        (await SendAsync(HttpMethod.Delete, Space + "pods/p")).Body.Text("kind").ShouldBe("Pod");
        (await SendAsync(HttpMethod.Delete, Space + "configmaps/c")).Body.Text("kind").ShouldBe("Status");
    }

    [Theory]
    [InlineData("networking.k8s.io/v1", "networkpolicies", """{"podSelector":{}}""", "policyTypes", """["Ingress"]""")]
    [InlineData("networking.k8s.io/v1", "networkpolicies", """{"podSelector":{},"egress":[{}]}""", "policyTypes",
        """["Ingress","Egress"]""")]
    [InlineData("autoscaling/v2", "horizontalpodautoscalers",
        """{"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d"}}""", "minReplicas", "1")]
    public async Task Defaults_depend_on_other_fields(
        string version, string resource, string spec, string field, string expected)
    {
        var created = await PostAsync(
            $"/apis/{version}/namespaces/default/{resource}", $$$"""{"metadata":{"name":"x"},"spec":{{{spec}}}}""");

        created["spec"]![field]!.ToJsonString().ShouldBe(expected);
    }

    [Theory]
    [InlineData(Space + "pods", """{"spec":{"containers":[{"name":"c","image":"i","livenessProbe":{}}]}}""",
        "spec.containers[0].livenessProbe")]
    [InlineData(Space + "pods", """
        {"spec":{"containers":[{"name":"c","image":"i","resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}]}}
        """, "spec.containers[0].resources.requests")]
    [InlineData(Space + "pods", """{"spec":{"dnsPolicy":"None","containers":[{"name":"c","image":"i"}]}}""", "spec.dnsConfig")]
    [InlineData(Apps + "deployments", """
        {"spec":{"minReadySeconds":-1,"selector":{"matchLabels":{"a":"b"}},"template":
        {"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
        """, "spec.minReadySeconds")]
    [InlineData(Space + "persistentvolumeclaims",
        """{"spec":{"accessModes":["X"],"resources":{"requests":{"storage":"1Gi"}}}}""", "spec.accessModes")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
        """{"spec":{"podSelector":{},"ingress":[{"from":[{"ipBlock":{"cidr":"x"}}]}]}}""",
        "spec.ingress[0].from[0].ipBlock.cidr")]
    [InlineData("/apis/networking.k8s.io/v1/namespaces/default/ingresses", """{"spec":{}}""", "spec")]
    [InlineData("/apis/policy/v1/namespaces/default/poddisruptionbudgets",
        """{"spec":{"minAvailable":"150%","selector":{}}}""", "spec.minAvailable")]
    [InlineData("/apis/batch/v1/namespaces/default/cronjobs", """
        {"spec":{"schedule":"abc","jobTemplate":{"spec":{"template":
        {"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}}}
        """, "spec.schedule")]
    [InlineData("/apis/coordination.k8s.io/v1/namespaces/default/leases", """{"spec":{"leaseDurationSeconds":0}}""",
        "spec.leaseDurationSeconds")]
    [InlineData("/apis/scheduling.k8s.io/v1/priorityclasses", """{"value":2000000000}""", "value")]
    public async Task Faulty_objects_are_refused_with_the_field(string path, string body, string field)
    {
        var value = JsonNode.Parse(body)!.AsObject();
        value["metadata"] = new JsonObject { ["name"] = "x" };

        var (code, answer) = await SendAsync(HttpMethod.Post, path, value.ToJsonString());

        code.ShouldBe(422);
        answer.Items("details", "causes").Select(cause => cause.Text("field")).ShouldBe([field]);
    }

    [Theory]
    [InlineData("POST", "configmaps?fieldManager=a%0Ab", "CreateOptions", "fieldManager")]
    [InlineData("PATCH", "configmaps/x?force=true", "PatchOptions", "force")]
    public async Task Faulty_options_are_refused(string method, string path, string kind, string field)
    {
        var (code, answer) = await SendAsync(new HttpMethod(method), Space + path, "{}", "application/merge-patch+json");

        code.ShouldBe(422);
        answer.Text("details", "kind").ShouldBe(kind);
        answer.Items("details", "causes").Single().Text("field").ShouldBe(field);
    }

    [Theory]
    [InlineData("PUT", "configmaps", 405)]
    [InlineData("GET", "configmaps?labelSelector=_a%3Db", 400)]
    public async Task Requests_that_no_client_means_are_refused(string method, string path, int expected) =>
        (await SendAsync(new HttpMethod(method), Space + path, method == "PUT" ? "{}" : null)).Code.ShouldBe(expected);

    private async Task<JsonObject> PostAsync(string path, string body)
    {
        var (code, answer) = await SendAsync(HttpMethod.Post, path, body);
        code.ShouldBe(201, answer.ToJsonString());
        return answer;
    }

    private async Task<(int Code, JsonObject Body)> SendAsync(
        HttpMethod method, string path, string? body = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(
                method == HttpMethod.Patch ? mediaType : "application/json");
        }

        using var answer = await http.SendAsync(request, deadline.Token);
        var text = await answer.Content.ReadAsStringAsync(deadline.Token);
        return ((int)answer.StatusCode, JsonNode.Parse(text)!.AsObject());
    }
}
