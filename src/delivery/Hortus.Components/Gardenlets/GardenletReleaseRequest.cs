using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Components.Gardenlets;

/// <summary>What to install.</summary>
public sealed record GardenletReleaseRequest
{
    /// <summary>Where the chart is; null means the chart that this program carries.</summary>
    public OCIRepository? Repository { get; init; }

    /// <summary>Values of the chart, see <see cref="GardenletValues"/>.</summary>
    public required JsonObject Values { get; init; }

    /// <summary>The garden, with the Secrets that the repository names.</summary>
    public required IKubernetesClient Garden { get; init; }

    /// <summary>Namespace of those Secrets.</summary>
    public string SecretNamespace { get; init; } = GardenerNames.GardenNamespace;

    /// <summary>Version of the cluster that gets the gardenlet, such as <c>v1.35.4</c>.</summary>
    public required string KubernetesVersion { get; init; }

    /// <summary>Version of the garden; null when it is not known, which allows every gardenlet.</summary>
    public string? GardenVersion { get; init; }
}
