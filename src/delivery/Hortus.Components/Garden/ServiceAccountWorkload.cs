using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>A controller that talks to the cluster it runs in: its workload, service account and rights.</summary>
/// <param name="Values">The workload; its service account name is set to its own name.</param>
/// <param name="Rules">What it may do in the whole cluster.</param>
public sealed record ServiceAccountWorkload(ControllerValues Values, IReadOnlyList<PolicyRule> Rules) : IComponent
{
    public string Name => Values.Name;

    public string Namespace => Values.Namespace;

    public IReadOnlyList<KubernetesObject> Render()
    {
        var roleName = $"hortus:{Values.Namespace}:{Values.Name}";
        return
        [
            new ServiceAccount
            {
                Metadata = new ObjectMeta { Namespace = Values.Namespace, Name = Values.Name },
                AutomountServiceAccountToken = false,
            },
            new ClusterRole { Metadata = new ObjectMeta { Name = roleName }, Rules = Rules },
            new ClusterRoleBinding
            {
                Metadata = new ObjectMeta { Name = roleName },
                RoleRef = new RoleRef { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = roleName },
                Subjects = [new Subject { Kind = "ServiceAccount", Namespace = Values.Namespace, Name = Values.Name }],
            },
            .. new ControllerWorkload(Values with { ServiceAccountName = Values.Name }).Render(),
        ];
    }
}
