using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>Optional parts of a cluster.</summary>
public sealed record Addons : ApiType
{
    /// <summary>The Kubernetes dashboard.</summary>
    public KubernetesDashboard? KubernetesDashboard { get; init; }

    /// <summary>An nginx ingress controller.</summary>
    public NginxIngress? NginxIngress { get; init; }
}

/// <summary>The Kubernetes dashboard.</summary>
public sealed record KubernetesDashboard : ApiType
{
    /// <summary>Whether it is installed.</summary>
    [Required]
    public bool Enabled { get; init; }

    /// <summary>token or basic.</summary>
    public string? AuthenticationMode { get; init; }
}

/// <summary>An nginx ingress controller.</summary>
public sealed record NginxIngress : ApiType
{
    /// <summary>Whether it is installed.</summary>
    [Required]
    public bool Enabled { get; init; }

    /// <summary>Addresses that may reach the load balancer.</summary>
    public IReadOnlyList<string>? LoadBalancerSourceRanges { get; init; }

    /// <summary>Settings of the controller.</summary>
    public IReadOnlyDictionary<string, string>? Config { get; init; }

    /// <summary>Cluster or Local.</summary>
    public string? ExternalTrafficPolicy { get; init; }
}

/// <summary>Settings of a control plane as a whole.</summary>
public sealed record ControlPlane : ApiType
{
    /// <summary>Which failures the control plane survives; absent means none.</summary>
    public HighAvailability? HighAvailability { get; init; }
}

/// <summary>Which failures a control plane survives.</summary>
public sealed record HighAvailability : ApiType
{
    /// <summary>The failures.</summary>
    [Required]
    public FailureTolerance FailureTolerance { get => field ??= new FailureTolerance(); init; }
}

/// <summary>Failures that are survived.</summary>
public sealed record FailureTolerance : ApiType
{
    /// <summary>node or zone.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }
}

/// <summary>Domain of a cluster.</summary>
public sealed record Dns : ApiType
{
    /// <summary>The domain; made from a default domain when absent, fixed once set.</summary>
    public string? Domain { get; init; }

    /// <summary>Who serves the domain; needed when it is no default domain.</summary>
    [PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<DNSProvider>? Providers { get; init; }
}

/// <summary>A DNS provider.</summary>
public sealed record DNSProvider : ApiType
{
    /// <summary>Domains for which the provider is used.</summary>
    public DNSIncludeExclude? Domains { get; init; }

    /// <summary>Whether the provider serves the cluster's own domain.</summary>
    public bool? Primary { get; init; }

    /// <summary>Secret with access to the provider; the older form of credentialsRef.</summary>
    public string? SecretName { get; init; }

    /// <summary>Type of the provider.</summary>
    public string? Type { get; init; }

    /// <summary>Zones for which the provider is used.</summary>
    public DNSIncludeExclude? Zones { get; init; }

    /// <summary>Secret or WorkloadIdentity with access to the provider.</summary>
    public CrossVersionObjectReference? CredentialsRef { get; init; }
}

/// <summary>Names that are in and out.</summary>
public sealed record DNSIncludeExclude : ApiType
{
    /// <summary>Names that are in.</summary>
    public IReadOnlyList<string>? Include { get; init; }

    /// <summary>Names that are out.</summary>
    public IReadOnlyList<string>? Exclude { get; init; }
}

/// <summary>An extension and its configuration.</summary>
public sealed record Extension : ApiType
{
    /// <summary>Type of the extension.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Configuration for the extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Turns off an extension that is on by default.</summary>
    public bool? Disabled { get; init; }
}

/// <summary>Whether and when a cluster sleeps.</summary>
public sealed record Hibernation : ApiType
{
    /// <summary>Whether the cluster sleeps now.</summary>
    public bool? Enabled { get; init; }

    /// <summary>When it falls asleep and wakes up.</summary>
    public IReadOnlyList<HibernationSchedule>? Schedules { get; init; }
}

/// <summary>When a cluster falls asleep and wakes up.</summary>
public sealed record HibernationSchedule : ApiType
{
    /// <summary>Cron time at which it falls asleep.</summary>
    public string? Start { get; init; }

    /// <summary>Cron time at which it wakes up.</summary>
    public string? End { get; init; }

    /// <summary>Time zone of both; UTC when absent.</summary>
    public string? Location { get; init; }
}

/// <summary>When and how a cluster is updated.</summary>
public sealed record Maintenance : ApiType
{
    /// <summary>What is updated without asking.</summary>
    public MaintenanceAutoUpdate? AutoUpdate { get; init; }

    /// <summary>Daily window for updates.</summary>
    public MaintenanceTimeWindow? TimeWindow { get; init; }

    /// <summary>Whether changes of the spec wait for the window too.</summary>
    public bool? ConfineSpecUpdateRollout { get; init; }

    /// <summary>Credentials that are rotated without asking.</summary>
    public MaintenanceAutoRotation? AutoRotation { get; init; }
}

/// <summary>What is updated without asking.</summary>
public sealed record MaintenanceAutoUpdate : ApiType
{
    /// <summary>Whether patch versions of Kubernetes are taken.</summary>
    [Required]
    public bool KubernetesVersion { get; init; }

    /// <summary>Whether machine image versions are taken.</summary>
    public bool? MachineImageVersion { get; init; }
}

/// <summary>A daily window.</summary>
public sealed record MaintenanceTimeWindow : ApiType
{
    /// <summary>Start as HHMMSS+ZZZZ, such as 220000+0100.</summary>
    [Required]
    public string Begin { get => field ?? ""; init; }

    /// <summary>End in the same form.</summary>
    [Required]
    public string End { get => field ?? ""; init; }
}

/// <summary>Credentials that are rotated without asking.</summary>
public sealed record MaintenanceAutoRotation : ApiType
{
    /// <summary>The credentials.</summary>
    public MaintenanceCredentialsAutoRotation? Credentials { get; init; }
}

/// <summary>Periods of automatic rotations.</summary>
public sealed record MaintenanceCredentialsAutoRotation : ApiType
{
    /// <summary>SSH key of the nodes.</summary>
    public MaintenanceRotationConfig? SshKeypair { get; init; }

    /// <summary>Password for monitoring.</summary>
    public MaintenanceRotationConfig? Observability { get; init; }

    /// <summary>Key that encrypts etcd.</summary>
    public MaintenanceRotationConfig? EtcdEncryptionKey { get; init; }
}

/// <summary>Period of an automatic rotation.</summary>
public sealed record MaintenanceRotationConfig : ApiType
{
    /// <summary>Time between two rotations, such as 168h; 0 turns it off.</summary>
    public string? RotationPeriod { get; init; }
}

/// <summary>Who is told about alerts.</summary>
public sealed record Monitoring : ApiType
{
    /// <summary>Receivers of alerts.</summary>
    public Alerting? Alerting { get; init; }
}

/// <summary>Receivers of alerts.</summary>
public sealed record Alerting : ApiType
{
    /// <summary>Mail addresses.</summary>
    public IReadOnlyList<string>? EmailReceivers { get; init; }
}

/// <summary>Networks of a cluster.</summary>
public sealed record Networking : ApiType
{
    /// <summary>Type of the network extension, such as calico; fixed.</summary>
    public string? Type { get; init; }

    /// <summary>Configuration for the network extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Network of the pods in CIDR form; fixed.</summary>
    public string? Pods { get; init; }

    /// <summary>Network of the nodes in CIDR form; fixed once set.</summary>
    public string? Nodes { get; init; }

    /// <summary>Network of the services in CIDR form; fixed.</summary>
    public string? Services { get; init; }

    /// <summary>IPv4, IPv6 or both; IPv4 when absent.</summary>
    public IReadOnlyList<string>? IpFamilies { get; init; }
}

/// <summary>Settings of what runs in a cluster for the cluster.</summary>
public sealed record SystemComponents : ApiType
{
    /// <summary>Cluster DNS.</summary>
    public CoreDNS? CoreDNS { get; init; }

    /// <summary>DNS cache on every node.</summary>
    public NodeLocalDNS? NodeLocalDNS { get; init; }
}

/// <summary>Settings of the cluster DNS.</summary>
public sealed record CoreDNS : ApiType
{
    /// <summary>How it grows.</summary>
    public CoreDNSAutoscaling? Autoscaling { get; init; }

    /// <summary>Which names are rewritten.</summary>
    public CoreDNSRewriting? Rewriting { get; init; }
}

/// <summary>How the cluster DNS grows.</summary>
public sealed record CoreDNSAutoscaling : ApiType
{
    /// <summary>horizontal or cluster-proportional.</summary>
    [Required]
    public string Mode { get => field ?? ""; init; }
}

/// <summary>Which names the cluster DNS rewrites.</summary>
public sealed record CoreDNSRewriting : ApiType
{
    /// <summary>Suffixes for which search domains are not tried.</summary>
    public IReadOnlyList<string>? CommonSuffixes { get; init; }
}

/// <summary>A DNS cache on every node.</summary>
public sealed record NodeLocalDNS : ApiType
{
    /// <summary>Whether it is installed.</summary>
    [Required]
    public bool Enabled { get; init; }

    /// <summary>Whether it asks the cluster DNS by TCP.</summary>
    public bool? ForceTCPToClusterDNS { get; init; }

    /// <summary>Whether it asks the outer DNS by TCP.</summary>
    public bool? ForceTCPToUpstreamDNS { get; init; }

    /// <summary>Whether outer names go to the cluster DNS too.</summary>
    public bool? DisableForwardToUpstreamDNS { get; init; }
}
