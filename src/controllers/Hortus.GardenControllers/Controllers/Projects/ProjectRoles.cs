using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenControllers;

/// <summary>The rights of a Project's members, by role. Source: Gardener, projects.</summary>
public static class ProjectRoles
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    private static readonly string[] Write = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
    private static readonly string[] Read = ["get", "list", "watch"];

    private const string Member = "gardener.cloud:system:project-member";
    private const string Viewer = "gardener.cloud:system:project-viewer";
    private const string AccountManager = "gardener.cloud:system:project-serviceaccountmanager";

    /// <summary>Roles that the bindings of all Projects refer to: they outlive each single Project.</summary>
    public static IReadOnlyList<KubernetesObject> Shared { get; } =
    [
        ClusterRoleOf(Member, MemberRules),
        ClusterRoleOf(Viewer, ViewerRules),
        ClusterRoleOf(AccountManager, AccountManagerRules),
    ];

    /// <summary>Roles and bindings of one Project.</summary>
    public static IReadOnlyList<KubernetesObject> Of(Project project, string @namespace)
    {
        ArgumentNullException.ThrowIfNull(project);
        var name = project.Metadata.Name!;
        var members = project.Spec.Members ?? [];
        IReadOnlyList<Subject> owner = project.Spec.Owner is { } one ? [one] : [];
        return
        [
            BindingIn(@namespace, Member, SubjectsOf(members, "admin")),
            BindingIn(@namespace, Viewer, SubjectsOf(members, "viewer")),
            BindingIn(@namespace, AccountManager, SubjectsOf(members, "serviceaccountmanager", "owner")),
            ClusterRoleOf($"{Member}:{name}", ProjectRules(name, ["get", "patch", "update", "delete"])),
            ClusterBinding($"{Member}:{name}", SubjectsOf(members, "admin")),
            ClusterRoleOf($"{Viewer}:{name}", ProjectRules(name, ["get"])),
            ClusterBinding($"{Viewer}:{name}", SubjectsOf(members, "viewer")),
            ClusterRoleOf($"gardener.cloud:system:project-uam:{name}", ProjectRules(name, ["get", "manage-members", "patch", "update"])),
            ClusterBinding($"gardener.cloud:system:project-uam:{name}", SubjectsOf(members, "uam")),
            ClusterRoleOf(
                $"gardener.cloud:system:project:{name}", ProjectRules(name, ["get", "patch", "update", "delete", "manage-members"])),
            ClusterBinding($"gardener.cloud:system:project:{name}", owner),
        ];
    }

    private static IReadOnlyList<PolicyRule> MemberRules =>
    [
        Rule([""], ["secrets", "configmaps"], Write),
        Rule([""], ["events", "resourcequotas", "namespaces", "serviceaccounts"], Read),
        Rule(["core.gardener.cloud"], ["shoots", "secretbindings", "quotas", "namespacedcloudprofiles"], Write),
        Rule(["core.gardener.cloud"], ["shoots/adminkubeconfig", "shoots/viewerkubeconfig"], ["create"]),
        Rule(["security.gardener.cloud"], ["credentialsbindings", "workloadidentities"], Write),
        Rule([RbacGroup], ["roles", "rolebindings"], Write),
    ];

    private static IReadOnlyList<PolicyRule> ViewerRules =>
    [
        Rule([""], ["configmaps", "events", "resourcequotas", "serviceaccounts", "namespaces"], Read),
        Rule(["core.gardener.cloud"], ["shoots", "secretbindings", "quotas", "namespacedcloudprofiles"], Read),
        Rule(["core.gardener.cloud"], ["shoots/viewerkubeconfig"], ["create"]),
        Rule(["security.gardener.cloud"], ["credentialsbindings", "workloadidentities"], Read),
        Rule([RbacGroup], ["roles", "rolebindings"], Read),
    ];

    private static IReadOnlyList<PolicyRule> AccountManagerRules =>
    [
        Rule([""], ["serviceaccounts"], Write),
        Rule([""], ["serviceaccounts/token"], ["create"]),
    ];

    private static IReadOnlyList<PolicyRule> ProjectRules(string project, IReadOnlyList<string> verbs) =>
        [Rule(["core.gardener.cloud"], ["projects"], verbs) with { ResourceNames = [project] }];

    private static Subject[] SubjectsOf(IReadOnlyList<ProjectMember> members, params string[] roles) =>
    [
        .. members
            .Where(member => roles.Any(role => member.Role == role || member.Roles?.Contains(role) == true))
            .Select(member => new Subject
            {
                ApiGroup = member.Kind == "ServiceAccount" ? null : member.ApiGroup ?? RbacGroup,
                Kind = member.Kind,
                Name = member.Name,
                Namespace = member.Namespace,
            }),
    ];

    private static PolicyRule Rule(IReadOnlyList<string> groups, IReadOnlyList<string> resources, IReadOnlyList<string> verbs) =>
        new() { ApiGroups = groups, Resources = resources, Verbs = verbs };

    private static ClusterRole ClusterRoleOf(string name, IReadOnlyList<PolicyRule> rules) =>
        new() { Metadata = new ObjectMeta { Name = name }, Rules = rules };

    private static RoleBinding BindingIn(string @namespace, string role, IReadOnlyList<Subject> subjects) => new()
    {
        Metadata = new ObjectMeta { Namespace = @namespace, Name = role },
        RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = role },
        Subjects = subjects,
    };

    private static ClusterRoleBinding ClusterBinding(string name, IReadOnlyList<Subject> subjects) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = name },
        Subjects = subjects,
    };
}
