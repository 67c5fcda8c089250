using System.Text.Json.Nodes;
using Hortus.ApiServer.Authorization;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Authorization;

public sealed class RbacIndexTests
{
    private readonly RbacIndex index = new();

    [Theory]
    [InlineData("get", "", "pods", "", true)]
    [InlineData("delete", "", "pods", "", false)]
    [InlineData("get", "", "pods/log", "", false)]
    [InlineData("get", "apps", "pods", "", false)]
    [InlineData("update", "apps", "deployments/scale", "", true)]
    [InlineData("update", "batch", "jobs/scale", "", true)]
    [InlineData("update", "batch", "jobs", "", false)]
    [InlineData("get", "", "secrets", "mine", true)]
    [InlineData("get", "", "secrets", "yours", false)]
    [InlineData("list", "", "secrets", "", false)]
    public void Rule_matches_verb_group_resource_subresource_and_name(
        string verb, string group, string resource, string name, bool allowed)
    {
        Apply("Role", "farm", "r", """
            {"rules":[{"verbs":["get","list"],"apiGroups":[""],"resources":["pods"]},
              {"verbs":["update"],"apiGroups":["*"],"resources":["*/scale"]},
              {"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["mine"]}]}
            """);
        Apply("RoleBinding", "farm", "b", Binding("Role", "r", "User", "alice"));

        Allows("alice", "farm", new RbacQuery(verb, group, resource, name, "")).ShouldBe(allowed);
        Allows("alice", "other", new RbacQuery(verb, group, resource, name, "")).ShouldBeFalse();
        Allows("bob", "farm", new RbacQuery(verb, group, resource, name, "")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("/healthz", true)]
    [InlineData("/healthz/etcd", false)]
    [InlineData("/apis/apps", true)]
    public void Path_rule_matches_exactly_or_by_prefix(string path, bool allowed)
    {
        Apply("ClusterRole", null, "r", """{"rules":[{"verbs":["get"],"nonResourceURLs":["/healthz","/apis/*"]}]}""");
        Apply("ClusterRoleBinding", null, "b", Binding("ClusterRole", "r", "Group", "system:authenticated"));

        Allows("alice", null, new RbacQuery("get", "", null, "", path)).ShouldBe(allowed);
    }

    [Fact]
    public void Cluster_role_bound_in_a_namespace_counts_there_alone()
    {
        Apply("ClusterRole", null, "reader", """{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""");
        Apply("RoleBinding", "farm", "b", """
            {"roleRef":{"kind":"ClusterRole","name":"reader"},"subjects":[{"kind":"ServiceAccount","name":"robot"}]}
            """);
        var query = new RbacQuery("get", "", "pods", "", "");

        Allows("system:serviceaccount:farm:robot", "farm", query).ShouldBeTrue();
        Allows("system:serviceaccount:farm:robot", null, query).ShouldBeFalse();
        Allows("system:serviceaccount:other:robot", "farm", query).ShouldBeFalse();
    }

    [Fact]
    public void Grant_ends_with_its_binding_or_its_role()
    {
        var query = new RbacQuery("get", "", "pods", "", "");
        Apply("ClusterRoleBinding", null, "b", Binding("ClusterRole", "r", "User", "alice"));
        Allows("alice", "farm", query).ShouldBeFalse();

        Apply("ClusterRole", null, "r", """{"rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}""");
        Allows("alice", "farm", query).ShouldBeTrue();

        Apply("ClusterRoleBinding", null, "b", Binding("ClusterRole", "r", "User", "bob"));
        Allows("alice", "farm", query).ShouldBeFalse();
        Allows("bob", "farm", query).ShouldBeTrue();

        index.Apply("ClusterRole", ObjectKey.Cluster("r"), null);
        Allows("bob", "farm", query).ShouldBeFalse();
    }

    [Fact]
    public void Aggregating_role_follows_the_roles_it_selects()
    {
        Apply("ClusterRole", null, "view", """
            {"metadata":{"labels":{"to-edit":"true"}},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to-view":"true"}}]}}
            """);
        Apply("ClusterRole", null, "edit", """{"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to-edit":"true"}}]}}""");
        Apply("ClusterRoleBinding", null, "b", Binding("ClusterRole", "edit", "User", "alice"));
        var query = new RbacQuery("get", "x.io", "things", "", "");
        Allows("alice", null, query).ShouldBeFalse();

        Apply("ClusterRole", null, "things", """
            {"metadata":{"labels":{"to-view":"true"}},"rules":[{"verbs":["get"],"apiGroups":["x.io"],"resources":["things"]}]}
            """);
        Allows("alice", null, query).ShouldBeTrue();

        index.Apply("ClusterRole", ObjectKey.Cluster("things"), null);
        Allows("alice", null, query).ShouldBeFalse();
    }

    [Fact]
    public void Bootstrap_policy_lets_strangers_see_health_and_version_only()
    {
        foreach (var item in BootstrapPolicy.Objects())
        {
            index.Apply((string)item["kind"]!,
                new ObjectKey((string?)item["metadata"]!["namespace"], (string)item["metadata"]!["name"]!), item);
        }

        var stranger = new RbacSubject("system:anonymous", ["system:unauthenticated"]);
        index.FindGrant(stranger, null, new RbacQuery("get", "", null, "", "/healthz")).ShouldNotBeNull();
        index.FindGrant(stranger, null, new RbacQuery("get", "", null, "", "/version")).ShouldNotBeNull();
        index.FindGrant(stranger, null, new RbacQuery("get", "", null, "", "/apis")).ShouldBeNull();
        index.FindGrant(stranger, null, new RbacQuery("get", "", "pods", "", "")).ShouldBeNull();

        var manager = new RbacSubject("system:kube-controller-manager", ["system:authenticated"]);
        index.FindGrant(manager, "farm", new RbacQuery("create", "", "pods", "", "")).ShouldNotBeNull();
        index.FindRole(null, "admin")!.ShouldContain(r => r.Resources.Contains("rolebindings"));
        index.FindRole(null, "admin")!.ShouldContain(r => r.Resources.Contains("endpointslices"));
    }

    [Fact]
    public async Task Right_is_there_all_the_time_while_its_binding_and_role_are_written_again()
    {
        const string Rules = """{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""";
        Apply("Role", "farm", "r", Rules);
        Apply("RoleBinding", "farm", "b", Binding("Role", "r", "User", "alice"));
        using var done = new CancellationTokenSource();
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                Apply("RoleBinding", "farm", "b", Binding("Role", "r", "User", "alice"));
                Apply("Role", "farm", "r", Rules);
            }

            done.Cancel();
        });

        var missed = 0;
        while (!done.IsCancellationRequested)
        {
            missed += Allows("alice", "farm", new RbacQuery("get", "", "pods", "", "")) ? 0 : 1;
        }

        await writing;
        missed.ShouldBe(0);
    }

    private static string Binding(string kind, string role, string subjectKind, string subject) => $$"""
        {"roleRef":{"kind":"{{kind}}","name":"{{role}}"},"subjects":[{"kind":"{{subjectKind}}","name":"{{subject}}"}]}
        """;

    private bool Allows(string user, string? space, RbacQuery query) =>
        index.FindGrant(new RbacSubject(user, ["system:authenticated"]), space, query) is not null;

    private void Apply(string kind, string? space, string name, string json) =>
        index.Apply(kind, new ObjectKey(space, name), JsonNode.Parse(json)!.AsObject());
}
