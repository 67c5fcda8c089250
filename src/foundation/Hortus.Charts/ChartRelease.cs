using System.Text.Json.Nodes;

namespace Hortus.Charts;

/// <summary>What to render.</summary>
public sealed record ChartRelease
{
    /// <summary>The chart as gzipped tar archive.</summary>
    public required ReadOnlyMemory<byte> Archive { get; init; }

    /// <summary>Digest of the archive, for example <c>sha256:...</c>: archives of equal digests are taken for equal.</summary>
    public required string Digest { get; init; }

    /// <summary><c>.Release.Name</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>.Release.Namespace</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>Values that go over those of the chart.</summary>
    public JsonObject Values { get => field ??= []; init; }

    /// <summary>Version of the cluster that the objects are for, for example <c>1.34.2</c>.</summary>
    public required string KubernetesVersion { get; init; }

    /// <summary>Versions and kinds that the cluster serves beside those that Helm knows, for example
    /// <c>monitoring.coreos.com/v1/ServiceMonitor</c>.</summary>
    public IReadOnlyList<string> ApiVersions { get => field ??= []; init; }

    /// <summary>Texts in the values that no message may show, see <see cref="ResolvedValues.Confidential"/>.</summary>
    public IReadOnlyCollection<string> Confidential { get => field ??= []; init; }
}
