using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

[Trait("Category", "RealParts")]
public sealed class DescribeTests(Server server) : NamespacedTests(server)
{
    [Fact]
    public async Task Pod_is_described_with_containers_volumes_and_events()
    {
        await CreateDefaultAccountAsync();
        (await KubectlAsync("run web --image=registry.example.org/web:1 --port=80 --env=A=b")).Succeeds();
        var uid = await FieldAsync("pod/web", ".metadata.uid");
        (await PipeAsync($$"""
            apiVersion: v1
            kind: Event
            metadata: {name: web.1, namespace: {{Namespace}}}
            involvedObject: {apiVersion: v1, kind: Pod, name: web, namespace: {{Namespace}}, uid: {{uid}} }
            type: Normal
            reason: Scheduled
            message: assigned to a node
            """, "create -f -")).Succeeds();

        var lines = (await KubectlAsync("describe pod web")).Lines();

        lines.ShouldContain("Name: web");
        lines.ShouldContain("Service Account: default");
        lines.ShouldContain("Status: Pending");
        lines.ShouldContain("Image: registry.example.org/web:1");
        lines.ShouldContain("QoS Class: BestEffort");
        lines.ShouldContain(line => line.Contains("assigned to a node", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Node_is_described_with_its_lease_and_capacity()
    {
        Skip.If(Target.IsForeign, "a node that is made up would be filled and deleted by the controllers of a whole cluster");
        (await PipeAsync($$"""
            apiVersion: v1
            kind: Node
            metadata: {name: {{Namespace}}, labels: {node-role.kubernetes.io/worker: ""} }
            spec: {podCIDR: 10.1.0.0/24, taints: [{key: a, value: b, effect: NoSchedule}]}
            """, "create -f -")).Succeeds();
        const string Status = """{"status":{"capacity":{"cpu":"2","memory":"4Gi"},"conditions":[{"type":"Ready","status":"True"}]}}""";
        (await KubectlAsync($"patch node {Namespace} --subresource=status -p {Status}")).Succeeds();

        var lines = (await KubectlAsync($"describe node {Namespace}")).Lines();

        lines.ShouldContain("Roles: worker");
        lines.ShouldContain("Taints: a=b:NoSchedule");
        lines.ShouldContain("cpu: 2");
        lines.ShouldContain("PodCIDR: 10.1.0.0/24");
        (await KubectlAsync($"get node {Namespace}")).Lines()[1].ShouldStartWith($"{Namespace} Ready worker");
        (await KubectlAsync($"cordon {Namespace}")).Succeeds();
        (await KubectlAsync($"get node {Namespace}")).Lines()[1].ShouldStartWith($"{Namespace} Ready,SchedulingDisabled worker");
        (await KubectlAsync($"taint node {Namespace} a-")).Succeeds();
    }

    [Fact]
    public async Task Workloads_and_configuration_are_described()
    {
        (await KubectlAsync("create deployment shop --image=shop:1 --replicas=3")).Succeeds();
        (await KubectlAsync("create secret generic s --from-literal=password=secret")).Succeeds();
        (await KubectlAsync("expose deployment shop --port=80")).Succeeds();

        // Where controllers run, they fill the deployment in the meantime.
        const string None = "Replicas: 3 desired | 0 updated | 0 total | 0 available | 0 unavailable";
        var wanted = Target.IsForeign ? "Replicas: 3 desired | " : None;
        (await KubectlAsync("describe deployment shop")).Lines()
            .ShouldContain(line => line.StartsWith(wanted, StringComparison.Ordinal));
        (await KubectlAsync("describe secret s")).Lines().ShouldContain("password: 6 bytes");
        (await KubectlAsync("describe service shop")).Lines().ShouldContain("Port: <unset> 80/TCP");
        (await KubectlAsync($"describe namespace {Namespace}")).Lines().ShouldContain("Status: Active");
        (await KubectlAsync("describe clusterrole cluster-admin")).Succeeds().ShouldContain("*.*");
    }

    [Fact]
    public async Task Rollouts_are_followed_restarted_and_scaled()
    {
        (await KubectlAsync($"create deployment web --image={Cluster.Pause} --replicas=2")).Succeeds();
        var rollout = KubectlAsync("rollout status deployment/web --timeout=60s");
        const string Status = """
            {"status":{"observedGeneration":1,"replicas":2,"updatedReplicas":2,"readyReplicas":2,"availableReplicas":2}}
            """;
        if (!Target.IsForeign)
        {
            // No controller runs here.
            (await KubectlAsync($"patch deployment web --subresource=status -p {Status.Trim()}")).Succeeds();
        }

        (await rollout).Succeeds().ShouldContain("deployment \"web\" successfully rolled out");
        (await KubectlAsync("get deployment web")).Lines()[1].ShouldStartWith("web 2/2 2 2");

        (await KubectlAsync("rollout restart deployment/web")).Succeeds();
        (await FieldAsync("deployment/web", ".spec.template.metadata.annotations")).ShouldContain("restartedAt");
        (await FieldAsync("deployment/web", ".metadata.generation")).ShouldBe("2");
        (await KubectlAsync("rollout history deployment/web")).Succeeds().ShouldContain("deployment.apps/web");

        (await KubectlAsync("scale deployment web --replicas=5 --current-replicas=2")).Succeeds();
        (await FieldAsync("deployment/web", ".spec.replicas")).ShouldBe("5");
        (await KubectlAsync("get deployment web --subresource=scale -o jsonpath={.spec.replicas}")).Succeeds().ShouldBe("5");
        (await KubectlAsync("scale deployment web --replicas=1 --current-replicas=2")).Fails().ShouldContain("Expected replicas");
    }

    [Fact]
    public async Task Resources_and_versions_are_discovered()
    {
        var resources = (await KubectlAsync("api-resources")).Lines();
        resources.ShouldContain("pods po v1 true Pod");
        resources.ShouldContain("deployments deploy apps/v1 true Deployment");
        resources.ShouldContain("customresourcedefinitions crd,crds apiextensions.k8s.io/v1 false CustomResourceDefinition");
        (await KubectlAsync("api-resources --namespaced=false --verbs=list --api-group=rbac.authorization.k8s.io -o name")).Lines()
            .ShouldBe(["clusterrolebindings.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io"]);
        (await KubectlAsync("api-resources --categories=all --api-group=apps -o name")).Lines().ShouldContain("deployments.apps");
        var versions = (await KubectlAsync("api-versions")).Lines();
        versions.ShouldContain("v1");
        versions.ShouldContain("apps/v1");
        (await KubectlAsync("version")).Succeeds().ShouldContain(Target.IsForeign ? "Server Version: v1." : "Server Version: v1.35");
        var address = (await KubectlAsync("config view --minify -o jsonpath={.clusters[0].cluster.server}")).Succeeds();
        (await KubectlAsync("cluster-info")).Succeeds().ShouldContain(address.TrimEnd('/'));
    }

    [Fact]
    public async Task Fields_are_explained()
    {
        (await KubectlAsync("explain deployment.spec.strategy")).Lines().Take(4)
            .ShouldBe(["GROUP: apps", "KIND: Deployment", "VERSION: v1", "FIELD: strategy <DeploymentStrategy>"]);
        var recursive = (await KubectlAsync("explain pod.spec.containers --recursive")).Lines();
        recursive.ShouldContain("image\t<string>");
        recursive.ShouldContain("httpGet\t<HTTPGetAction>");
        (await KubectlAsync("explain pod.spec.colour")).Fails().ShouldContain("field \"colour\" does not exist");
    }
}
