using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>The machine controller of one shoot: keeps the machines of its namespace in the seed as nodes of the shoot.</summary>
/// <param name="Namespace">Namespace of the control plane.</param>
/// <param name="Image">Image with tag.</param>
/// <param name="Driver">Provider type of the machines.</param>
/// <param name="TargetKubeconfigSecret">Secret with the kubeconfig for the shoot.</param>
public sealed record MachineControllerManager(string Namespace, string Image, string Driver, string TargetKubeconfigSecret) : IComponent
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    public string Name => "machine-controller-manager";

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        new ServiceAccount
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = Name },
            AutomountServiceAccountToken = false,
        },
        new Role { Metadata = new ObjectMeta { Namespace = Namespace, Name = Name }, Rules = Rules },
        new RoleBinding
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = Name },
            RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "Role", Name = Name },
            Subjects = [new Subject { Kind = "ServiceAccount", Namespace = Namespace, Name = Name }],
        },
        .. new ControllerWorkload(new ControllerValues
        {
            Namespace = Namespace,
            Name = Name,
            Image = Image,
            Args =
            [
                "machine-controller-manager",
                $"--namespace={Namespace}",
                $"--driver={Driver}",
                $"--target-kubeconfig={ControlPlanePod.SecretFolder}/target/kubeconfig",
            ],
            Labels = new Dictionary<string, string> { ["gardener.cloud/role"] = "controlplane" },
            Secrets = new Dictionary<string, string> { ["target"] = TargetKubeconfigSecret },
            ServiceAccountName = Name,
        }).Render(),
    ];

    // Pods, Services and Secrets are what the local driver makes machines of; other drivers do without.
    private static IReadOnlyList<PolicyRule> Rules =>
    [
        new PolicyRule { ApiGroups = ["machine.sapcloud.io"], Resources = ["*"], Verbs = ["*"] },
        new PolicyRule
        {
            ApiGroups = [""],
            Resources = ["pods", "secrets", "services", "configmaps", "events"],
            Verbs = ["get", "list", "watch", "create", "update", "patch", "delete"],
        },
        new PolicyRule
        {
            ApiGroups = ["coordination.k8s.io"],
            Resources = ["leases"],
            Verbs = ["get", "list", "watch", "create", "update", "patch", "delete"],
        },
    ];
}
