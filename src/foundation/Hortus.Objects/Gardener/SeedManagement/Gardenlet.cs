using System.Text.Json;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.SeedManagement;

/// <summary>A gardenlet that keeps itself as described here.</summary>
[KubernetesResource("seedmanagement.gardener.cloud", "v1alpha1", "Gardenlet", "gardenlets", HasStatus = true)]
[PrinterColumn("OCI Repository", "string", ".spec.deployment.helm.ociRepository.ref")]
[PrinterColumn("Reconciled", "string", ".status.conditions[?(@.type==\"GardenletReconciled\")].status")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Gardenlet : KubernetesObject
{
    /// <summary>Deployment and configuration.</summary>
    public GardenletSpec Spec { get => field ??= new GardenletSpec(); init; }

    /// <summary>How far it is.</summary>
    public GardenletStatus? Status { get; init; }
}

/// <summary>Deployment and configuration of a gardenlet.</summary>
public sealed record GardenletSpec : ApiType
{
    /// <summary>How it is deployed.</summary>
    [Required]
    public GardenletSelfDeployment Deployment { get => field ??= new GardenletSelfDeployment(); init; }

    /// <summary>Its configuration, a GardenletConfiguration.</summary>
    [PreserveUnknownFields]
    public JsonElement? Config { get; init; }

    /// <summary>Secret with a kubeconfig of the cluster for the very first deployment.</summary>
    public LocalObjectReference? KubeconfigSecretRef { get; init; }
}

/// <summary>How a gardenlet deploys itself.</summary>
public sealed record GardenletSelfDeployment : GardenletDeploymentSettings
{
    /// <summary>Its Helm chart.</summary>
    [Required]
    public GardenletHelm Helm { get => field ??= new GardenletHelm(); init; }

    /// <summary>Images that replace those built in, as YAML.</summary>
    public string? ImageVectorOverwrite { get; init; }

    /// <summary>The same for what the gardenlet deploys.</summary>
    public string? ComponentImageVectorOverwrite { get; init; }
}

/// <summary>Helm chart of a gardenlet.</summary>
public sealed record GardenletHelm : ApiType
{
    /// <summary>Where the chart is stored.</summary>
    [Required]
    public OCIRepository OciRepository { get => field ??= new OCIRepository(); init; }
}

/// <summary>How far a gardenlet is.</summary>
public sealed record GardenletStatus : ApiType
{
    /// <summary>SeedRegistered, GardenletReconciled, GardenletRolledOut.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }
}
