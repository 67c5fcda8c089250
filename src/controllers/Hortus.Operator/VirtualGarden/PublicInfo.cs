using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator;

/// <summary>What everybody who may come in is told of a garden: its version, and the authority of its API server. Pure.</summary>
internal static class PublicInfo
{
    private const string RbacGroup = "rbac.authorization.k8s.io";
    private const string RoleName = "gardener.cloud:system:public-info";

    /// <summary>The ConfigMap and who may read it.</summary>
    public static IEnumerable<KubernetesObject> Render(string version) =>
    [
        new ConfigMap
        {
            Metadata = new ObjectMeta { Namespace = GardenerNames.PublicNamespace, Name = GardenerNames.InfoConfigMap },
            Data = new Dictionary<string, string> { [GardenerInfo.ServerKey] = GardenerInfo.Describe(version) },
        },
        new Role
        {
            Metadata = new ObjectMeta { Namespace = GardenerNames.PublicNamespace, Name = RoleName },
            Rules =
            [
                new PolicyRule
                {
                    ApiGroups = [""],
                    Resources = ["configmaps"],
                    ResourceNames = [GardenerNames.InfoConfigMap, GardenerInfo.RootAuthorityConfigMap],
                    Verbs = ["get", "list", "watch"],
                },
            ],
        },
        new RoleBinding
        {
            Metadata = new ObjectMeta { Namespace = GardenerNames.PublicNamespace, Name = RoleName },
            RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "Role", Name = RoleName },
            Subjects = [new Subject { ApiGroup = RbacGroup, Kind = "Group", Name = "system:authenticated" }],
        },
    ];
}
