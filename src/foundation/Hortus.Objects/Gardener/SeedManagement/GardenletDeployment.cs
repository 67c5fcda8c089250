using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.SeedManagement;

/// <summary>Deployment settings of a gardenlet.</summary>
public abstract record GardenletDeploymentSettings : ApiType
{
    /// <summary>Number of replicas.</summary>
    public int? ReplicaCount { get; init; }

    /// <summary>Number of old revisions kept.</summary>
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>Service account of the pods.</summary>
    public string? ServiceAccountName { get; init; }

    /// <summary>Image of the gardenlet; the chart's when absent.</summary>
    public Image? Image { get; init; }

    /// <summary>Resources of the container.</summary>
    public ResourceRequirements? Resources { get; init; }

    /// <summary>Labels of the pods.</summary>
    public IReadOnlyDictionary<string, string>? PodLabels { get; init; }

    /// <summary>Annotations of the pods.</summary>
    public IReadOnlyDictionary<string, string>? PodAnnotations { get; init; }

    /// <summary>Further volumes of the pods.</summary>
    public IReadOnlyList<Hortus.Objects.Kubernetes.Volume>? AdditionalVolumes { get; init; }

    /// <summary>Where they are mounted.</summary>
    public IReadOnlyList<VolumeMount>? AdditionalVolumeMounts { get; init; }

    /// <summary>Environment of the container.</summary>
    public IReadOnlyList<EnvVar>? Env { get; init; }

    /// <summary>Tolerations of the pods.</summary>
    public IReadOnlyList<Hortus.Objects.Kubernetes.Toleration>? Tolerations { get; init; }

    /// <summary>Whether the container has probes.</summary>
    public bool? EnableHealthProbes { get; init; }
}

/// <summary>How a gardenlet is deployed for a ManagedSeed.</summary>
public sealed record GardenletDeployment : GardenletDeploymentSettings
{
}

/// <summary>An image and how it is pulled.</summary>
public sealed record Image : ApiType
{
    /// <summary>Registry and repository.</summary>
    public string? Repository { get; init; }

    /// <summary>Tag of the image.</summary>
    public string? Tag { get; init; }

    /// <summary>Always, IfNotPresent or Never.</summary>
    public string? PullPolicy { get; init; }

    /// <summary>The whole reference, in place of repository and tag.</summary>
    public string? Ref { get; init; }
}
