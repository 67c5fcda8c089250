using System.Text.Json.Serialization;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>How the API server of a self-hosted shoot is reached.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "SelfHostedShootExposure", "selfhostedshootexposures",
    HasStatus = true, ShortNames = "exp")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the exposure")]
[PrinterColumn("IP", "string", ".status.ingress[0].ip", Description = "address of the API server")]
[PrinterColumn("Hostname", "string", ".status.ingress[0].hostname", Description = "name of the API server")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record SelfHostedShootExposure : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public SelfHostedShootExposureSpec Spec { get => field ??= new SelfHostedShootExposureSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public SelfHostedShootExposureStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new SelfHostedShootExposureStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) =>
        this with { Status = (SelfHostedShootExposureStatus)status };
}

/// <summary>The exposure that is wanted.</summary>
public sealed record SelfHostedShootExposureSpec : DefaultSpec
{
    /// <summary>Secret with access to the infrastructure.</summary>
    public ObjectReference? CredentialsRef { get; init; }

    /// <summary>Nodes with an API server.</summary>
    [Required]
    public IReadOnlyList<ControlPlaneEndpoint> Endpoints { get => field ??= []; init; }

    /// <summary>Port of the API servers.</summary>
    [Required]
    public int Port { get; init; }
}

/// <summary>A node with an API server.</summary>
public sealed record ControlPlaneEndpoint : ApiType
{
    /// <summary>Name of the node.</summary>
    [Required]
    public string NodeName { get => field ?? ""; init; }

    /// <summary>Addresses of the node.</summary>
    [Required]
    public IReadOnlyList<NodeAddress> Addresses { get => field ??= []; init; }
}

/// <summary>What became of the exposure.</summary>
public sealed record SelfHostedShootExposureStatus : DefaultStatus
{
    /// <summary>Where the API server is reached.</summary>
    public IReadOnlyList<LoadBalancerIngress>? Ingress { get; init; }
}
