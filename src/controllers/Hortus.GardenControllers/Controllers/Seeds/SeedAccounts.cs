using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenControllers;

/// <summary>What the service accounts in a seed's namespace of the garden, those of its extensions, may do. Pure.</summary>
internal static class SeedAccounts
{
    private const string RbacGroup = "rbac.authorization.k8s.io";
    private const string AccountsPrefix = "system:serviceaccounts:";

    /// <summary>Name of the binding for a seed's namespace.</summary>
    public static string BindingOf(string @namespace) => $"{GardenerNames.ExtensionsRole}:{@namespace}";

    /// <summary>They may read what belongs to the garden as a whole.</summary>
    public static ClusterRoleBinding MayReadGarden(string @namespace) => new()
    {
        Metadata = new ObjectMeta { Name = BindingOf(@namespace) },
        RoleRef = To(GardenerNames.ExtensionsRole),
        Subjects = AccountsOf(@namespace),
    };

    /// <summary>They may choose their leaders and report events in their namespace.</summary>
    public static RoleBinding MayElectLeaders(string @namespace) => new()
    {
        Metadata = new ObjectMeta { Namespace = @namespace, Name = GardenerNames.ExtensionsNamespaceRole },
        RoleRef = To(GardenerNames.ExtensionsNamespaceRole),
        Subjects = AccountsOf(@namespace),
    };

    private static RoleRef To(string role) => new() { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = role };

    private static IReadOnlyList<Subject> AccountsOf(string @namespace) =>
        [new Subject { ApiGroup = RbacGroup, Kind = "Group", Name = AccountsPrefix + @namespace }];
}
