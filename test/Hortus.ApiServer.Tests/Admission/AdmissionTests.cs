using System.Text.Json.Nodes;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Tests.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Admission;

public sealed class AdmissionTests
{
    private readonly ObjectTable objects = new ObjectTable()
        .Add(Kinds.Namespace, """{"metadata":{"name":"farm"}}""")
        .Add(Kinds.Namespace, """{"metadata":{"name":"closing","deletionTimestamp":"2030-01-01T00:00:00Z"}}""")
        .Add(Kinds.ServiceAccount, """{"metadata":{"name":"default","namespace":"farm"},"imagePullSecrets":[{"name":"pull"}]}""")
        .Add(Kinds.ServiceAccount, """{"metadata":{"name":"quiet","namespace":"farm"},"automountServiceAccountToken":false}""")
        .Add(Kinds.PriorityClass, """{"metadata":{"name":"high"},"value":1000}""");

    [Fact]
    public async Task Creation_in_an_absent_namespace_is_not_found()
    {
        var error = await RefusedAsync(new NamespaceLifecycle(objects), Write(Kinds.ConfigMap, "nowhere", "{}"));

        error.Code.ShouldBe(404);
        error.Status.Message.ShouldBe("namespaces \"nowhere\" not found");
    }

    [Fact]
    public async Task Creation_in_a_namespace_that_ends_is_forbidden_with_its_cause()
    {
        var error = await RefusedAsync(new NamespaceLifecycle(objects), Write(Kinds.ConfigMap, "closing", "{}"));

        error.Code.ShouldBe(403);
        error.Status.Details!.Causes!.Single().Reason.ShouldBe("NamespaceTerminating");
    }

    [Theory]
    [InlineData("default")]
    [InlineData("kube-system")]
    [InlineData("kube-public")]
    public async Task System_namespaces_cannot_be_deleted(string name)
    {
        var deletion = Write(
            Kinds.Namespace, null, "{}") with
        { Operation = AdmissionOperation.Delete, Key = ObjectKey.Cluster(name) };

        (await RefusedAsync(new NamespaceLifecycle(objects), deletion)).Code.ShouldBe(403);
    }

    [Fact]
    public async Task Pod_gets_account_token_volume_and_pull_secrets()
    {
        var write = Write(Kinds.Pod, "farm", """{"spec":{"containers":[{"name":"a"},{"name":"b"}],"initContainers":[{"name":"i"}]}}""");

        await new ServiceAccountAdmission(objects, TimeProvider.System).MutateAsync(write, CancellationToken.None);

        var spec = write.Object!["spec"]!.AsObject();
        spec.Text("serviceAccountName").ShouldBe("default");
        var volume = spec.Items("volumes").Single();
        volume.Text("name")!.ShouldStartWith("kube-api-access-");
        volume.Items("projected", "sources").Select(s => s.Single().Key)
            .ShouldBe(["serviceAccountToken", "configMap", "downwardAPI"]);
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
        {
            container.Items("volumeMounts").Single().Text("mountPath")
                .ShouldBe("/var/run/secrets/kubernetes.io/serviceaccount");
        }

        spec.Items("imagePullSecrets").Single().Text("name").ShouldBe("pull");
    }

    [Fact]
    public async Task Account_that_mounts_nothing_leaves_the_pod_alone()
    {
        var write = Write(Kinds.Pod, "farm", """{"spec":{"serviceAccountName":"quiet","containers":[{"name":"a"}]}}""");

        await new ServiceAccountAdmission(objects, TimeProvider.System).MutateAsync(write, CancellationToken.None);

        write.Object!.At("spec", "volumes").ShouldBeNull();
    }

    [Fact]
    public async Task Pod_of_an_absent_account_is_forbidden()
    {
        var write = Write(Kinds.Pod, "farm", """{"spec":{"serviceAccountName":"nobody","containers":[]}}""");

        var error = await RefusedAsync(new ServiceAccountAdmission(objects, TimeProvider.System), write);

        error.Code.ShouldBe(403);
        error.Status.Message!.ShouldEndWith(
            "error looking up service account farm/nobody: serviceaccount \"nobody\" not found");
    }

    [Fact]
    public async Task Priority_class_is_resolved_and_an_absent_one_refused()
    {
        var write = Write(Kinds.Pod, "farm", """{"spec":{"priorityClassName":"high","containers":[]}}""");
        await new PriorityAdmission(objects).MutateAsync(write, CancellationToken.None);
        write.Object!.Number("spec", "priority").ShouldBe(1000);

        var unknown = Write(Kinds.Pod, "farm", """{"spec":{"priorityClassName":"low","containers":[]}}""");
        (await RefusedAsync(new PriorityAdmission(objects), unknown)).Code.ShouldBe(403);
    }

    [Fact]
    public async Task Tolerations_of_failing_nodes_are_added_once()
    {
        var write = Write(Kinds.Pod, "farm", """
            {"spec":{"tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}]}}
            """);

        await new DefaultTolerationSeconds().MutateAsync(write, CancellationToken.None);
        await new DefaultTolerationSeconds().MutateAsync(write, CancellationToken.None);

        write.Object!.Items("spec", "tolerations").Select(t => (t.Text("key"), t.Number("tolerationSeconds")))
            .ShouldBe([("node.kubernetes.io/not-ready", 5), ("node.kubernetes.io/unreachable", 300)]);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"m","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n1"}}""", true)]
    [InlineData("""{"metadata":{"name":"m"},"spec":{"nodeName":"n1"}}""", false)]
    [InlineData("""{"metadata":{"name":"m","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n2"}}""", false)]
    [InlineData("""{"metadata":{"name":"m","annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n1","volumes":[{"secret":{"secretName":"s"}}]}}""", false)]
    public async Task Kubelet_creates_mirror_pods_without_secrets_only(string pod, bool allowed)
    {
        var write = Write(Kinds.Pod, "farm", pod) with { User = new UserInfo("system:node:n1", ["system:nodes"]) };
        var plugin = new NodeRestriction(objects);

        if (allowed)
        {
            await plugin.ValidateAsync(write, CancellationToken.None);
        }
        else
        {
            (await Should.ThrowAsync<ApiStatusException>(
                async () => await plugin.ValidateAsync(write, CancellationToken.None))).Code.ShouldBe(403);
        }
    }

    [Fact]
    public async Task Kubelet_cannot_give_its_node_restricted_labels()
    {
        var write = Write(Kinds.Node, null, """{"metadata":{"name":"n1","labels":{"node-restriction.kubernetes.io/zone":"a"}}}""") with
        {
            User = new UserInfo("system:node:n1", ["system:nodes"]),
            Key = ObjectKey.Cluster("n1"),
        };

        (await Should.ThrowAsync<ApiStatusException>(
            async () => await new NodeRestriction(objects).ValidateAsync(write, CancellationToken.None)))
            .Status.Message!.ShouldContain("node-restriction.kubernetes.io/zone");
    }

    internal static AdmissionAttributes Write(ResourceKind kind, string? space, string json) => new()
    {
        Operation = AdmissionOperation.Create,
        Definition = new ResourceDefinition { Kind = kind, Schema = () => new SchemaNode(), StoragePrefix = "/" },
        Key = new ObjectKey(space, "x"),
        Object = JsonNode.Parse(json)!.AsObject(),
        User = new UserInfo("alice", ["system:authenticated"]),
    };

    private static async Task<ApiStatusException> RefusedAsync(AdmissionPlugin plugin, AdmissionAttributes write) =>
        await Should.ThrowAsync<ApiStatusException>(
            async () => await plugin.MutateAsync(write, CancellationToken.None));
}
