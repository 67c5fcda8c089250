namespace Hortus.Objects.Gardener.Resources;

/// <summary>The webhooks of a resource manager: names for its flag, which are also the last parts of their paths.</summary>
public static class WebhookNames
{
    /// <summary>In front of every name in the path of a webhook.</summary>
    public const string PathPrefix = "/webhooks/";

    public const string ProjectedTokens = "mount-projected-service-account-token";
    public const string NodeAgents = "auth/nodeagent";
    public const string HighAvailability = "high-availability-config";
    public const string SystemComponents = "system-components-config";
    public const string DeletionProtection = "validate-crd-deletion";
    public const string ExtensionValidation = "validate-extensions";
    public const string ServiceHost = "kubernetes-service-host";
    public const string SeccompProfile = "seccomp-profile";
    public const string PodSchedulerName = "default-pod-scheduler-name";

    /// <summary>Group of what extensions reconcile.</summary>
    public const string ExtensionsGroup = "extensions.gardener.cloud";

    /// <summary>Group of the keeper of etcds, and its resource.</summary>
    public const string DruidGroup = "druid.gardener.cloud";
    public const string Etcds = "etcds";

    /// <summary>Resources of <see cref="ExtensionsGroup"/> whose fields are checked.</summary>
    public static IReadOnlyList<string> ValidatedExtensions => [.. ProtectedExtensions, "bastions"];

    /// <summary>Resources of <see cref="ExtensionsGroup"/> whose deletion has to be confirmed.</summary>
    public static IReadOnlyList<string> ProtectedExtensions { get; } =
    [
        "backupbuckets", "backupentries", "containerruntimes", "controlplanes", "dnsrecords", "extensions", "infrastructures",
        "networks", "operatingsystemconfigs", "selfhostedshootexposures", "workers",
    ];
}

/// <summary>Labels and annotations that the webhooks of a resource manager read.</summary>
public static class WebhookLabels
{
    /// <summary>Label of a pod: no token is mounted.</summary>
    public const string ProjectedTokenSkip = "projected-token-mount.resources.gardener.cloud/skip";

    /// <summary>Annotation of a pod: seconds until its token expires.</summary>
    public const string ProjectedTokenExpiration = "projected-token-mount.resources.gardener.cloud/expiration-seconds";

    private const string HighAvailability = "high-availability-config.resources.gardener.cloud/";

    /// <summary>Label of a namespace: <c>true</c> has its workloads made highly available.</summary>
    public const string HighAvailabilityConsider = HighAvailability + "consider";

    /// <summary>Label of a workload: it stays as it is.</summary>
    public const string HighAvailabilitySkip = HighAvailability + "skip";

    /// <summary>Annotation of a namespace: <c>node</c>, <c>zone</c>, or empty for no tolerance.</summary>
    public const string FailureToleranceType = HighAvailability + "failure-tolerance-type";

    /// <summary>Annotation of a namespace: the zones of its pods, joined with commas.</summary>
    public const string Zones = HighAvailability + "zones";

    /// <summary>Annotation of a namespace: <c>true</c> keeps its pods in these zones.</summary>
    public const string ZonePinning = HighAvailability + "zone-pinning";

    /// <summary>Label of a workload: <c>controller</c> or <c>server</c>.</summary>
    public const string ComponentType = HighAvailability + "type";

    /// <summary>Annotation of a workload: <c>true</c> forbids two of its pods on one node.</summary>
    public const string HostSpread = HighAvailability + "host-spread";

    /// <summary>Annotation of a workload: how many replicas it gets.</summary>
    public const string Replicas = HighAvailability + "replicas";

    /// <summary>Label of a namespace: <c>true</c> has its pods placed as system components.</summary>
    public const string SystemComponentsConsider = "system-components-config.resources.gardener.cloud/consider";

    /// <summary>Label of a pod: it is placed as it wants.</summary>
    public const string SystemComponentsSkip = "system-components-config.resources.gardener.cloud/skip";

    /// <summary>Label of a pod: its seccomp profile stays.</summary>
    public const string SeccompProfileSkip = "seccompprofile.resources.gardener.cloud/skip";

    /// <summary>Label of a pod or namespace: <c>disable</c> leaves the address of the API server as it is.</summary>
    public const string ServiceHostInject = "apiserver-proxy.networking.gardener.cloud/inject";

    /// <summary>Label of a definition: <c>true</c> wants the deletion confirmed.</summary>
    public const string DeletionProtected = "gardener.cloud/deletion-protected";
}
