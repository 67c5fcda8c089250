using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions;

/// <summary>A Cluster object, read: the garden's objects as they were when the gardenlet last wrote them.</summary>
/// <param name="Shoot">The shoot; null when the Cluster has none.</param>
/// <param name="Seed">The seed; null for self-hosted shoots.</param>
/// <param name="CloudProfile">The profile; null when the Cluster has none.</param>
public sealed record ExtensionCluster(Shoot? Shoot, Seed? Seed, CloudProfile? CloudProfile)
{
    /// <summary>Whether the shoot's operation was given up: extensions stop until somebody asks again.</summary>
    public bool IsFailed => Shoot?.Status?.LastOperation?.State == LastOperationState.Failed;

    /// <summary>Whether the shoot is to have no machines.</summary>
    public bool IsHibernated => Shoot?.Spec.Hibernation?.Enabled == true;

    /// <summary>Reads a Cluster.</summary>
    /// <exception cref="JsonException">One of the objects in it is malformed.</exception>
    public static ExtensionCluster Read(Cluster cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return new(Part<Shoot>(cluster.Spec.Shoot), Part<Seed>(cluster.Spec.Seed), Part<CloudProfile>(cluster.Spec.CloudProfile));
    }

    private static T? Part<T>(JsonElement? part) where T : KubernetesObject =>
        part is { ValueKind: JsonValueKind.Object } json ? KubernetesJson.Deserialize<T>(JsonObject.Create(json)!) : null;
}
