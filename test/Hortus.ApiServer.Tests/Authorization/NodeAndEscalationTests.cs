using System.Text.Json.Nodes;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Tests.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Authorization;

public sealed class NodeAndEscalationTests
{
    private static readonly UserInfo Kubelet = new("system:node:n1", ["system:nodes", "system:authenticated"]);

    private readonly ObjectTable objects = new ObjectTable()
        .Add(Kinds.Pod, """
            {"metadata":{"name":"p","namespace":"farm"},"spec":{"nodeName":"n1","serviceAccountName":"robot",
             "imagePullSecrets":[{"name":"pull"}],
             "containers":[{"name":"c","env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"env","key":"k"}}}],
                            "envFrom":[{"configMapRef":{"name":"all"}}]}],
             "volumes":[{"name":"v","secret":{"secretName":"files"}},{"name":"d","persistentVolumeClaim":{"claimName":"disk"}},
                        {"name":"j","projected":{"sources":[{"configMap":{"name":"kube-root-ca.crt"}}]}}]}}
            """)
        .Add(Kinds.Pod, """
            {"metadata":{"name":"q","namespace":"farm"},"spec":{"nodeName":"n2","containers":[],
             "volumes":[{"name":"v","secret":{"secretName":"foreign"}}]}}
            """);

    private readonly RbacIndex index = new();

    public NodeAndEscalationTests() => objects
        .Add(Kinds.PersistentVolume, """{"metadata":{"name":"v-disk"},"spec":{"claimRef":{"namespace":"farm","name":"disk"}}}""")
        .Add(Kinds.PersistentVolume, """{"metadata":{"name":"v-foreign"},"spec":{"claimRef":{"namespace":"farm","name":"no"}}}""");

    [Theory]
    [InlineData("get", "secrets", "files", true)]
    [InlineData("get", "secrets", "env", true)]
    [InlineData("get", "secrets", "pull", true)]
    [InlineData("get", "secrets", "foreign", false)]
    [InlineData("list", "secrets", null, false)]
    [InlineData("get", "configmaps", "all", true)]
    [InlineData("get", "configmaps", "kube-root-ca.crt", true)]
    [InlineData("get", "configmaps", "other", false)]
    [InlineData("get", "persistentvolumeclaims", "disk", true)]
    [InlineData("get", "persistentvolumeclaims", "foreign", false)]
    [InlineData("delete", "secrets", "files", false)]
    public async Task Kubelet_reads_what_its_pods_refer_to(string verb, string resource, string? name, bool allowed) =>
        (await AuthorizeAsync(Resource(verb, "", resource, "farm", name))).ShouldBe(allowed);

    [Theory]
    [InlineData("robot", true)]
    [InlineData("default", false)]
    public async Task Kubelet_asks_for_tokens_of_its_pods_accounts(string account, bool allowed) =>
        (await AuthorizeAsync(
            Resource("create", "", "serviceaccounts", "farm", account) with { Subresource = "token" }))
            .ShouldBe(allowed);

    [Theory]
    [InlineData("", "nodes", null, "n1", true)]
    [InlineData("", "nodes", null, "n2", false)]
    [InlineData("coordination.k8s.io", "leases", "kube-node-lease", "n1", true)]
    [InlineData("coordination.k8s.io", "leases", "kube-node-lease", "n2", false)]
    [InlineData("coordination.k8s.io", "leases", "kube-system", "n1", false)]
    public async Task Kubelet_writes_its_own_node_and_lease(
        string group, string resource, string? space, string name, bool allowed) =>
        (await AuthorizeAsync(Resource("update", group, resource, space, name))).ShouldBe(allowed);

    [Theory]
    [InlineData("get", "pods", "p", "", true)]
    [InlineData("get", "pods", "q", "", false)]
    [InlineData("list", "pods", null, "", false)]
    [InlineData("list", "pods", null, "spec.nodeName=n1", true)]
    [InlineData("watch", "pods", null, "spec.nodeName=n2", false)]
    [InlineData("get", "nodes", "n1", "", true)]
    [InlineData("get", "nodes", "n2", "", false)]
    [InlineData("list", "nodes", null, "", false)]
    [InlineData("watch", "nodes", null, "metadata.name=n1", true)]
    [InlineData("list", "nodes", null, "metadata.name!=n1", false)]
    [InlineData("watch", "secrets", null, "metadata.name=files", true)]
    [InlineData("watch", "secrets", null, "metadata.name=foreign", false)]
    [InlineData("get", "persistentvolumes", "v-disk", "", true)]
    [InlineData("get", "persistentvolumes", "v-foreign", "", false)]
    public async Task Kubelet_sees_its_own_node_and_pods_and_what_they_use(
        string verb, string resource, string? name, string selector, bool allowed)
    {
        var clusterWide = resource is "nodes" or "persistentvolumes";
        (await AuthorizeAsync(Resource(verb, "", resource, clusterWide ? null : "farm", name) with
        {
            SelectedFields = Hortus.ApiServer.Selectors.FieldSelector.Equalities(selector),
        })).ShouldBe(allowed);
    }

    [Theory]
    [InlineData("example.com/pool", true)]
    [InlineData("kubernetes.io/hostname", true)]
    [InlineData("topology.kubernetes.io/zone", true)]
    [InlineData("node.kubernetes.io/anything", true)]
    [InlineData("sub.kubelet.kubernetes.io/anything", true)]
    [InlineData("other.kubernetes.io/anything", false)]
    [InlineData("k8s.io/anything", false)]
    [InlineData("node-role.kubernetes.io/control-plane", false)]
    [InlineData("node-restriction.kubernetes.io/team", false)]
    [InlineData("a.node-restriction.kubernetes.io/team", false)]
    public async Task Kubelet_labels_its_node_without_drawing_workloads_to_it(string label, bool allowed)
    {
        var admission = new NodeRestriction(objects).ValidateAsync(
            new AdmissionAttributes
            {
                Operation = AdmissionOperation.Create,
                Definition = new ResourceDefinition { Kind = Kinds.Node, Schema = () => new SchemaNode(), StoragePrefix = "/" },
                Key = ObjectKey.Cluster("n1"),
                Object = Json($$$"""{"metadata":{"name":"n1","labels":{"{{{label}}}":"x"} } }"""),
                User = Kubelet,
            },
            CancellationToken.None).AsTask();

        if (allowed)
        {
            await admission;
        }
        else
        {
            (await Should.ThrowAsync<ApiStatusException>(admission)).Status.Message!.ShouldContain(label);
        }
    }

    [Fact]
    public async Task Users_that_are_no_kubelet_get_nothing_from_the_node_authorizer()
    {
        var decision = await new NodeAuthorizer(objects).AuthorizeAsync(
            new UserInfo("system:node:n1", ["system:authenticated"]), Resource("get", "", "nodes", null, "n1"),
                CancellationToken.None);

        decision.Verdict.ShouldBe(AuthorizationVerdict.NoOpinion);
    }

    [Fact]
    public async Task Role_with_permissions_its_writer_lacks_is_refused_and_they_are_named()
    {
        Grant("alice", """[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]""");

        await WriteRoleAsync("""[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]""");
        var error = await Should.ThrowAsync<ApiStatusException>(
            async () => await WriteRoleAsync("""[{"verbs":["get","delete"],"apiGroups":[""],"resources":["pods"]}]"""));

        error.Code.ShouldBe(403);
        error.Status.Message.ShouldBe("""
            roles.rbac.authorization.k8s.io "r" is forbidden: user "alice" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
            {APIGroups:[""], Resources:["pods"], Verbs:["get" "delete"]}
            """);
    }

    [Fact]
    public async Task Verb_escalate_lifts_the_check()
    {
        Grant("alice", """[{"verbs":["escalate"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"]}]""");

        await WriteRoleAsync("""[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]""");
    }

    [Fact]
    public async Task Role_beyond_the_writers_own_permissions_cannot_be_bound_without_the_verb_bind()
    {
        index.Apply("ClusterRole", ObjectKey.Cluster("big"), Json("""{"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}"""));
        var binding = Json("""
            {"metadata":{"name":"r","namespace":"farm"},"roleRef":{"kind":"ClusterRole","name":"big"},"subjects":[{"kind":"User","name":"alice"}]}
            """);

        (await Should.ThrowAsync<ApiStatusException>(async () => await WriteAsync(Kinds.RoleBinding, binding)))
            .Code.ShouldBe(403);

        Grant("alice", """[{"verbs":["bind"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["big"]}]""");
        await WriteAsync(Kinds.RoleBinding, binding);
    }

    private static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject();

    private static RequestInfo Resource(
        string verb, string group, string resource, string? space, string? name) => new()
        {
            IsResource = true,
            Path = "",
            Verb = verb,
            Group = group,
            Version = "v1",
            Resource = resource,
            Namespace = space,
            Name = name,
        };

    private void Grant(string user, string rules)
    {
        index.Apply("ClusterRole", ObjectKey.Cluster("g"), Json($$"""{"rules":{{rules}}}"""));
        index.Apply("ClusterRoleBinding", ObjectKey.Cluster("g"),
            Json($$"""{"roleRef":{"kind":"ClusterRole","name":"g"},"subjects":[{"kind":"User","name":"{{user}}"}]}"""));
    }

    private ValueTask WriteRoleAsync(string rules) =>
        WriteAsync(Kinds.Role, Json($$"""{"metadata":{"name":"r","namespace":"farm"},"rules":{{rules}}}"""));

    private ValueTask WriteAsync(ResourceKind kind, JsonObject written) =>
        new EscalationCheck(index, new RbacAuthorizer(index)).ValidateAsync(
            new AdmissionAttributes
            {
                Operation = AdmissionOperation.Create,
                Definition =
                    new ResourceDefinition { Kind = kind, Schema = () => new SchemaNode(), StoragePrefix = "/" },
                Key = new ObjectKey("farm", "r"),
                Object = written,
                User = new UserInfo("alice", ["system:authenticated"]),
            },
            CancellationToken.None);

    private async Task<bool> AuthorizeAsync(RequestInfo request) =>
        (await new NodeAuthorizer(objects).AuthorizeAsync(Kubelet, request, CancellationToken.None)).Verdict
            == AuthorizationVerdict.Allow;
}
