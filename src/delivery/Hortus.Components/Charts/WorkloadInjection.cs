namespace Hortus.Components.Charts;

/// <summary>What the workloads of a chart are given: those of the groups apps and batch, in all their containers.</summary>
public sealed record WorkloadInjection
{
    /// <summary>Environment by name; it replaces what the chart says.</summary>
    public IReadOnlyDictionary<string, string> Environment { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>A kubeconfig; null for none.</summary>
    public KubeconfigInjection? Kubeconfig { get; init; }
}

/// <summary>A kubeconfig and its token as one volume in every container. Workloads that set its variable themselves, or have the label
/// <see cref="KubeconfigInjection.OptOutLabel"/> with the value false, are left as they are.</summary>
public sealed record KubeconfigInjection
{
    /// <summary>Label of workloads that need none.</summary>
    public const string OptOutLabel = "extensions.gardener.cloud/inject-garden-kubeconfig";

    /// <summary>Variable with the path of the kubeconfig.</summary>
    public const string Variable = "GARDEN_KUBECONFIG";

    /// <summary>Where an extension on a seed finds its way into the garden.</summary>
    public const string GardenPath = "/var/run/secrets/gardener.cloud/garden/generic-kubeconfig";

    /// <summary>Where an extension's admission in the runtime cluster finds its way into the virtual garden.</summary>
    public const string VirtualGardenPath = "/var/run/secrets/gardener.cloud/shoot/generic-kubeconfig";

    /// <summary>Key and file name of the kubeconfig.</summary>
    public const string KubeconfigFile = "kubeconfig";

    /// <summary>Key and file name of the token.</summary>
    public const string TokenFile = "token";

    /// <summary>Name of the volume.</summary>
    public string VolumeName { get => field ??= "garden-kubeconfig"; init; }

    /// <summary>Secret with the key <see cref="KubeconfigFile"/>; the kubeconfig names the token by its path.</summary>
    public required string KubeconfigSecret { get; init; }

    /// <summary>Secret with the key <see cref="TokenFile"/>.</summary>
    public required string TokenSecret { get; init; }

    /// <summary>Folder of both files, see <see cref="GardenPath"/> and <see cref="VirtualGardenPath"/>.</summary>
    public required string MountPath { get; init; }
}
