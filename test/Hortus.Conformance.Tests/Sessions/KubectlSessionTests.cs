using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Sessions;

/// <summary>What a user of kubectl does in a day, with the newest kubectl and the oldest one that is supported.</summary>
[Trait("Category", "RealParts")]
public sealed class KubectlSessionTests(Cluster cluster) : ClusterTests(cluster)
{
    private const string Shop = $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: shop, labels: {app: shop}}
        spec:
          replicas: 1
          selector: {matchLabels: {app: shop}}
          template:
            metadata: {labels: {app: shop}}
            spec:
              terminationGracePeriodSeconds: 1
              containers: [{name: main, image: "{{{Cluster.Pause}}}"}]
        """;

    [Theory]
    [InlineData("kubectl")]
    [InlineData("kubectl-1.32")]
    public async Task Objects_are_read_in_every_output(string program)
    {
        var session = Open(program);
        await session.RunAsync("create configmap one --from-literal=a=1");
        await session.RunAsync("create configmap two --from-literal=a=2");

        (await session.LinesAsync("get cm -l !none"))[0].ShouldBe("NAME DATA AGE");
        (await session.LinesAsync("get cm one two -o wide")).Count.ShouldBe(3);
        (await session.RunAsync("get cm one -o yaml")).ShouldStartWith("apiVersion: v1\ndata:\n  a: \"1\"\nkind: ConfigMap");
        JsonNode.Parse(await session.RunAsync("get cm one two -o json"))!["items"]!.AsArray().Count.ShouldBe(2);
        (await session.RunAsync("get cm one two -o jsonpath={.items[*].data.a}")).ShouldBe("1 2");
        (await session.RunAsync("get cm one two -o jsonpath-as-json={.items[*].data.a}")).ShouldContain("\"1\"");
        (await session.RunAsync(["get", "cm", "one", "-o", "go-template={{.data.a}}"])).ShouldBe("1");
        (await session.LinesAsync("get cm one two -o custom-columns=N:.metadata.name,A:.data.a"))
            .ShouldBe(["N A", "one 1", "two 2"]);
        (await session.LinesAsync("get cm one two -o name")).ShouldBe(["configmap/one", "configmap/two"]);
        (await session.LinesAsync("get cm --field-selector metadata.name=two -o name")).ShouldBe(["configmap/two"]);
        (await session.RunAsync("get cm --chunk-size=1 -o name")).ShouldContain("configmap/two");
        await session.RunAsync("label cm one two sorted=yes");
        (await session.LinesAsync("get cm -l sorted --sort-by=.data.a --no-headers"))[1].ShouldStartWith("two 1");
        (await session.RunAsync("get cm one --show-managed-fields -o yaml")).ShouldContain("manager: kubectl-create");
        JsonNode.Parse(await session.RunAsync($"get --raw /api/v1/namespaces/{Namespace}/configmaps/one"))!["data"]!["a"]!
            .ToString().ShouldBe("1");
        (await session.FailAsync("get cm three")).ShouldContain("configmaps \"three\" not found");

        using var watch = session.Start("get cm -w --no-headers");
        var seen = new[] { await watch.ReadLineAsync(), await watch.ReadLineAsync(), await watch.ReadLineAsync() };
        seen.Select(line => line.Split(' ')[0]).ShouldBe(["kube-root-ca.crt", "one", "two"], ignoreOrder: true);
        await session.RunAsync("create configmap three");
        (await watch.ReadLineAsync()).ShouldStartWith("three 0");
    }

    [Theory]
    [InlineData("kubectl")]
    [InlineData("kubectl-1.32")]
    public async Task Events_are_the_same_in_both_groups(string program)
    {
        var session = Open(program);
        await session.PipeAsync($$"""
            apiVersion: events.k8s.io/v1
            kind: Event
            metadata: {name: seen}
            eventTime: "2026-01-01T00:00:00.000000Z"
            reportingController: example.org/reporter
            reportingInstance: reporter-1
            action: Look
            reason: Seen
            type: Normal
            note: all is well
            regarding: {apiVersion: v1, kind: ConfigMap, name: kube-root-ca.crt, namespace: {{Namespace}}}
            """, "create -f -");

        (await session.LinesAsync("get events.events.k8s.io seen"))[1].ShouldEndWith("Normal Seen configmap/kube-root-ca.crt all is well");
        (await session.LinesAsync("get events.v1. seen"))[1].ShouldEndWith("Normal Seen configmap/kube-root-ca.crt all is well");
        (await session.LinesAsync("events --for configmap/kube-root-ca.crt"))[1].ShouldEndWith("Normal Seen ConfigMap/kube-root-ca.crt all is well");
        (await session.FieldAsync("events.events.k8s.io/seen", ".note")).ShouldBe("all is well");
        (await session.RunAsync("get events -o name")).ShouldContain("event/seen");
        (await session.RunAsync("explain events.regarding --api-version=events.k8s.io/v1")).ShouldContain("fieldPath");
        await session.RunAsync("label events.events.k8s.io seen by=test");
        (await session.RunAsync("get events.v1. -l by=test -o name")).ShouldBe("event/seen\n");
        await session.RunAsync("delete events.events.k8s.io seen");
        (await session.FailAsync("get events.v1. seen")).ShouldContain("events \"seen\" not found");
    }

    [Theory]
    [InlineData("kubectl")]
    [InlineData("kubectl-1.32")]
    public async Task Objects_are_applied_edited_patched_and_replaced(string program)
    {
        var session = Open(program);
        const string Settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1', b: '2'}\n";
        (await session.PipeAsync(Settings, "apply -f -")).ShouldBe("configmap/settings created\n");
        (await session.PipeAsync(Settings, "apply -f -")).ShouldBe("configmap/settings unchanged\n");
        (await session.FailAsync("diff -f -", Settings.Replace("'2'", "'3'", StringComparison.Ordinal))).ShouldContain("+  b: \"3\"");
        (await session.PipeAsync(Settings.Replace(", b: '2'", "", StringComparison.Ordinal), "apply -f - --dry-run=server -o yaml"))
            .ShouldNotContain("b:");
        (await session.FieldAsync("cm/settings", ".data.b")).ShouldBe("2");

        (await session.PipeAsync(Settings, "apply --server-side -f - --field-manager=first")).ShouldContain("serverside-applied");
        var conflict = await session.FailAsync(
            "apply --server-side -f - --field-manager=second", Settings.Replace("'1'", "'nine'", StringComparison.Ordinal));
        conflict.ShouldContain("Apply failed with 1 conflict");
        conflict.ShouldContain(".data.a");
        await session.PipeAsync(
            Settings.Replace("'1'", "'nine'", StringComparison.Ordinal),
            "apply --server-side -f - --field-manager=second --force-conflicts");
        (await session.FieldAsync("cm/settings", ".data.a")).ShouldBe("nine");

        await session.RunAsync(["edit", "cm/settings"], editor: "sed -i s/nine/edited/");
        (await session.FieldAsync("cm/settings", ".data.a")).ShouldBe("edited");
        await session.RunAsync("""patch cm settings -p {"data":{"a":"strategic"}}""");
        await session.RunAsync("""patch cm settings --type=merge -p {"data":{"b":null}}""");
        await session.RunAsync("""patch cm settings --type=json -p [{"op":"test","path":"/data/a","value":"strategic"},{"op":"add","path":"/data/c","value":"3"}]""");
        (await session.FieldAsync("cm/settings", ".data")).ShouldBe("{\"a\":\"strategic\",\"c\":\"3\"}");
        (await session.FailAsync("""patch cm settings --type=json -p [{"op":"test","path":"/data/a","value":"x"}]"""))
            .ShouldContain("test", Case.Insensitive);

        await session.RunAsync("label cm settings tier=one");
        await session.RunAsync("label cm settings tier=two --overwrite");
        await session.RunAsync("annotate cm settings note=x");
        await session.RunAsync("annotate cm settings note-");
        (await session.FieldAsync("cm/settings", ".metadata.labels.tier")).ShouldBe("two");
        var uid = await session.FieldAsync("cm/settings", ".metadata.uid");
        await session.PipeAsync(Settings, "replace -f -");
        (await session.FieldAsync("cm/settings", ".metadata.uid")).ShouldBe(uid);
        await session.PipeAsync(Settings, "replace --force -f -");
        (await session.FieldAsync("cm/settings", ".metadata.uid")).ShouldNotBe(uid);

        var folder = Directory.CreateDirectory(Path.Combine(Server.Folder, Namespace)).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "kustomization.yaml"), """
            namePrefix: k-
            labels: [{pairs: {from: kustomize}}]
            configMapGenerator: [{name: generated, literals: [x=y], options: {disableNameSuffixHash: true}}]
            """);
        (await session.RunAsync(["apply", "-k", folder])).ShouldBe("configmap/k-generated created\n");
        (await session.RunAsync(["delete", "-k", folder])).ShouldContain("configmap \"k-generated\" deleted");
        (await session.FailAsync("wait --for=create cm/never --timeout=1s")).ShouldContain("timed out");
    }

    [Theory]
    [InlineData("kubectl")]
    [InlineData("kubectl-1.32")]
    public async Task Every_generator_of_create_makes_its_kind(string program)
    {
        var session = Open(program);
        var suffix = program == "kubectl" ? "new" : "old";
        (string Arguments, string Answer)[] generators =
        [
            ("configmap c --from-literal=a=b", "configmap/c created"),
            ("secret generic s --from-literal=a=b", "secret/s created"),
            ("secret docker-registry d --docker-server=r.example.org --docker-username=u --docker-password=p", "secret/d created"),
            ("serviceaccount robot", "serviceaccount/robot created"),
            ($"deployment web --image={Cluster.Pause} --replicas=0", "deployment.apps/web created"),
            ("service clusterip ci --tcp=80:80", "service/ci created"),
            ("service nodeport np --tcp=80:80", "service/np created"),
            ("service loadbalancer lb --tcp=80:80", "service/lb created"),
            ("service externalname en --external-name=example.org", "service/en created"),
            ("ingress i --rule=a.example.org/x=ci:80", "ingress.networking.k8s.io/i created"),
            ("role r --verb=get --resource=pods", "role.rbac.authorization.k8s.io/r created"),
            ("rolebinding rb --role=r --serviceaccount=default:default", "rolebinding.rbac.authorization.k8s.io/rb created"),
            ($"clusterrole cr-{suffix} --verb=get --resource=pods", $"clusterrole.rbac.authorization.k8s.io/cr-{suffix} created"),
            ($"clusterrolebinding crb-{suffix} --clusterrole=cr-{suffix} --user=nobody",
                $"clusterrolebinding.rbac.authorization.k8s.io/crb-{suffix} created"),
            ("poddisruptionbudget p --selector=app=web --min-available=1", "poddisruptionbudget.policy/p created"),
            ("quota q --hard=pods=50", "resourcequota/q created"),
            ($"priorityclass pc-{suffix} --value=1", $"priorityclass.scheduling.k8s.io/pc-{suffix} created"),
            ($"cronjob cj --image={Cluster.Pause} --schedule=0 --dry-run=client", "cronjob.batch/cj created (dry run)"),
            ($"job j --image={Cluster.Pause} --dry-run=server", "job.batch/j created (server dry run)"),
            ($"namespace ns-{suffix} --dry-run=server", $"namespace/ns-{suffix} created (server dry run)"),
        ];
        foreach (var (arguments, answer) in generators)
        {
            (await session.RunAsync("create " + arguments)).ShouldBe(answer + "\n");
        }

        (await session.RunAsync("create token robot --duration=10m")).Split('.').Length.ShouldBe(3);
        (await session.RunAsync("expose deployment web --port=80 --name=exposed")).ShouldBe("service/exposed exposed\n");
        (await session.RunAsync("autoscale deployment web --min=1 --max=3 --cpu-percent=70 --name=auto"))
            .ShouldBe("horizontalpodautoscaler.autoscaling/auto autoscaled\n");
        (await session.FieldAsync("horizontalpodautoscalers.v2.autoscaling/auto", ".spec.metrics[0].resource.target.averageUtilization")).ShouldBe("70");
        (await session.FieldAsync("horizontalpodautoscalers.v1.autoscaling/auto", ".spec.targetCPUUtilizationPercentage")).ShouldBe("70");
        (await session.RunAsync("set image deployment/web pause=registry.k8s.io/pause:3.9")).ShouldContain("image updated");
        (await session.RunAsync("set env deployment/web COLOUR=red")).ShouldContain("env updated");
        (await session.RunAsync("set serviceaccount deployment web robot")).ShouldContain("serviceaccount updated");
        await session.RunAsync($"delete clusterrolebinding/crb-{suffix} clusterrole/cr-{suffix} priorityclass/pc-{suffix}");
    }

    [Theory]
    [InlineData("kubectl")]
    [InlineData("kubectl-1.32")]
    public async Task Server_tells_what_it_serves_and_who_may(string program)
    {
        var session = Open(program);
        (await session.LinesAsync("api-resources --no-headers")).ShouldContain("deployments deploy apps/v1 true Deployment");
        (await session.LinesAsync("api-resources --namespaced=false --verbs=list,watch -o name")).ShouldContain("nodes");
        (await session.LinesAsync("api-versions")).ShouldContain("batch/v1");
        (await session.RunAsync("version")).ShouldContain("Server Version: v1.");
        (await session.RunAsync("cluster-info")).ShouldContain("control plane");
        (await session.RunAsync("explain deployment --recursive")).ShouldContain("terminationGracePeriodSeconds");
        (await session.RunAsync("explain pods.spec.containers.resources")).ShouldContain("requests");
        (await session.LinesAsync("auth can-i --list")).ShouldContain("*.* [] [] [*]");
        (await session.RunAsync("auth can-i create pods")).ShouldBe("yes\n");
        (await session.FailAsync("auth can-i create pods --as=nobody")).ShouldContain("no");
        (await session.RunAsync("auth whoami")).ShouldContain(Target.IsForeign ? "Username" : "system:masters");
        (await session.RunAsync("get --raw /readyz?verbose")).ShouldContain("readyz check passed");
        (await session.RunAsync("get events")).ShouldNotBeNull();
        (await session.FailAsync("get colours")).ShouldContain("the server doesn't have a resource type \"colours\"");
    }

    [Theory]
    [InlineData("kubectl")]
    [InlineData("kubectl-1.32")]
    public async Task Certificate_requests_are_approved_signed_and_denied(string program)
    {
        var session = Open(program);
        foreach (var verdict in new[] { "approve", "deny" })
        {
            var name = $"{Namespace}-{verdict}";
            await session.PipeAsync($$"""
                apiVersion: certificates.k8s.io/v1
                kind: CertificateSigningRequest
                metadata: {name: {{name}}}
                spec:
                  request: {{CertificateRequests.Client(name)}}
                  signerName: kubernetes.io/kube-apiserver-client
                  usages: [client auth]
                """, "create -f -");
            await session.RunAsync($"certificate {verdict} {name}");
        }

        await session.RunAsync($"wait --for=jsonpath={{.status.certificate}} csr/{Namespace}-approve --timeout=60s");
        (await session.FieldAsync($"csr/{Namespace}-approve", ".status.certificate")).ShouldStartWith("LS0tLS1CRUdJTi");
        (await session.LinesAsync($"get csr {Namespace}-deny"))[1].ShouldEndWith("Denied");
        await session.RunAsync($"delete csr {Namespace}-approve {Namespace}-deny");
    }

    [SkippableTheory]
    [InlineData("kubectl")]
    [InlineData("kubectl-1.32")]
    public async Task Deployments_roll_out_scale_and_go_with_what_they_own(string program)
    {
        Skip.IfNot(Cluster.HasNode, "pods run in namespaces of the kernel: needs root");
        var session = Open(program);
        await session.PipeAsync(Shop, "apply -f -");
        (await session.RunAsync("rollout status deployment/shop --timeout=60s")).ShouldContain("successfully rolled out");
        await session.RunAsync("wait --for=condition=Available deployment/shop --timeout=60s");
        (await session.LinesAsync("get deployment shop"))[1].ShouldStartWith("shop 1/1 1 1");
        (await session.LinesAsync("get pods -l app=shop"))[1].ShouldContain("1/1 Running 0");

        await session.RunAsync("scale deployment shop --replicas=2");
        await session.RunAsync("wait --for=jsonpath={.status.readyReplicas}=2 deployment/shop --timeout=60s");
        await session.RunAsync("""patch deployment shop --subresource=scale --type=merge -p {"spec":{"replicas":1}}""");
        (await session.FieldAsync("deployment/shop", ".spec.replicas")).ShouldBe("1");

        await session.RunAsync("set env deployment/shop COLOUR=red");
        await session.RunAsync("rollout status deployment/shop --timeout=60s");
        (await session.LinesAsync("rollout history deployment/shop")).Count(line => line[0] is '1' or '2').ShouldBe(2);
        await session.RunAsync("rollout undo deployment/shop");
        await session.RunAsync("rollout status deployment/shop --timeout=60s");
        (await session.FieldAsync("deployment/shop", ".spec.template.spec.containers[0].env")).ShouldBeEmpty();
        await session.RunAsync("rollout pause deployment/shop");
        await session.RunAsync("rollout resume deployment/shop");
        await session.RunAsync("rollout restart deployment/shop");
        await session.RunAsync("rollout status deployment/shop --timeout=60s");

        await session.RunAsync("delete deployment shop --cascade=orphan");
        (await session.LinesAsync("get rs -l app=shop -o name")).ShouldNotBeEmpty();
        await session.PipeAsync(Shop, "apply -f -");
        await session.RunAsync("rollout status deployment/shop --timeout=60s");
        await session.RunAsync("delete deployment shop --cascade=foreground --timeout=60s");
        (await session.RunAsync("get rs,pods -l app=shop -o name")).ShouldBeEmpty();
    }

    private Session Open(string program) => new(Cluster.Admin.With(program), Namespace);
}
