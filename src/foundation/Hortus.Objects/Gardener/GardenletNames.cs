namespace Hortus.Objects.Gardener;

/// <summary>Fixed names of what belongs to a gardenlet in the cluster where it runs, in <see cref="GardenerNames.GardenNamespace"/> unless
/// said otherwise.</summary>
public static class GardenletNames
{
    /// <summary>Name of the Helm release and of the Deployment.</summary>
    public const string Deployment = "gardenlet";

    /// <summary>The Deployment.</summary>
    public static ObjectKey DeploymentKey { get; } = new(GardenerNames.GardenNamespace, Deployment);

    /// <summary>Lease that one replica holds.</summary>
    public const string LeaderElection = "gardenlet-leader-election";

    /// <summary>Secret with the kubeconfig for the garden, key <see cref="KubeconfigKey"/>.</summary>
    public const string KubeconfigSecret = "gardenlet-kubeconfig";

    /// <summary>Secret with the kubeconfig by which a gardenlet asks for the other one.</summary>
    public const string BootstrapKubeconfigSecret = "gardenlet-kubeconfig-bootstrap";

    /// <summary>Key of kubeconfigs in Secrets.</summary>
    public const string KubeconfigKey = "kubeconfig";

    /// <summary>Annotation of <see cref="BootstrapKubeconfigSecret"/>: why the gardenlet does not get into the garden with it.</summary>
    public const string BootstrapFault = "hortus.dev/bootstrap-fault";

    /// <summary>ConfigMap from which a gardenlet makes its own <c>Gardenlet</c>, key <see cref="SelfUpgradeKey"/>.</summary>
    public const string SelfUpgradeConfigMap = "gardenlet-selfupgrade-config";

    /// <summary>Key in <see cref="SelfUpgradeConfigMap"/>: YAML.</summary>
    public const string SelfUpgradeKey = "gardenlet.yaml";

    /// <summary>ConfigMap that lists what the chart installed.</summary>
    public const string Inventory = "gardenlet-inventory";

    /// <summary>Secret with the last release that rolled out.</summary>
    public const string LastGoodSecret = "gardenlet-last-good";

    /// <summary>Label of everything that the chart installed; the value is <see cref="Deployment"/>.</summary>
    public const string AppliedByLabel = "hortus.dev/applied-by";

    /// <summary>Annotation of the Deployment: identity of the release that it was last applied from.</summary>
    public const string ReleaseAnnotation = "hortus.dev/gardenlet-release";

    /// <summary>Annotation of the pods: checksum of the Secret with the credentials of the seed's backups.</summary>
    public const string BackupChecksum = "checksum/seed-backup-secret";

    /// <summary>Annotation of a <c>Gardenlet</c>: uid of the namespace kube-system of the cluster that it was deployed to.</summary>
    public const string TargetCluster = "hortus.dev/target-cluster";

    /// <summary>Prefix of the names of <c>Gardenlet</c>s of shoots that host themselves.</summary>
    public const string SelfHostedPrefix = "self-hosted-shoot-";
}
