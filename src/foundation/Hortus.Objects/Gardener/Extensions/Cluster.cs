using System.Text.Json;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>What an extension has to know about the cluster whose namespace has the same name.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "Cluster", "clusters",
    Namespaced = false, HasStatus = true)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Cluster : KubernetesObject
{
    /// <summary>Copies of the garden's objects.</summary>
    [Required]
    public ClusterSpec Spec { get => field ??= new ClusterSpec(); init; }
}

/// <summary>Copies of the garden's objects, with apiVersion and kind.</summary>
public sealed record ClusterSpec : ApiType
{
    /// <summary>The CloudProfile in effect.</summary>
    [Required, PreserveUnknownFields]
    public JsonElement? CloudProfile { get; init; }

    /// <summary>The Seed; absent for self-hosted shoots.</summary>
    [PreserveUnknownFields]
    public JsonElement? Seed { get; init; }

    /// <summary>The Shoot.</summary>
    [Required, PreserveUnknownFields]
    public JsonElement? Shoot { get; init; }
}
