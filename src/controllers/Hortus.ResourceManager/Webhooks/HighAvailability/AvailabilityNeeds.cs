using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Namespace = Hortus.Objects.Kubernetes.Namespace;

namespace Hortus.ResourceManager.Webhooks.HighAvailability;

/// <summary>What a namespace says about the availability of its workloads.</summary>
internal sealed record AvailabilityNeeds
{
    private const string ToleranceZone = "zone";

    /// <summary>The failures to be endured: null when nothing is said, empty for none, else <c>node</c> or <c>zone</c>.</summary>
    public string? FailureTolerance { get; init; }

    /// <summary>Zones for the pods, in order.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>Whether pods must stay in these zones although no tolerance is asked for.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether pods are kept in the zones.</summary>
    public bool KeepsZones => Zones.Count > 0 && (FailureTolerance is not null || IsPinned);

    /// <summary>Whether pods are spread over the zones.</summary>
    public bool SpreadsZones => Zones.Count > 1 && FailureTolerance is null or ToleranceZone;

    /// <summary>Whether failures of nodes or zones are endured.</summary>
    public bool EnduresFailures => !string.IsNullOrEmpty(FailureTolerance);

    /// <summary>Reads the annotations of a namespace.</summary>
    public static AvailabilityNeeds Of(Namespace @namespace) => new()
    {
        FailureTolerance = @namespace.Metadata.Annotation(WebhookLabels.FailureToleranceType),
        Zones =
        [
            .. (@namespace.Metadata.Annotation(WebhookLabels.Zones) ?? "")
                .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Distinct().Order(StringComparer.Ordinal),
        ],
        IsPinned = ResourceNames.IsTrue(@namespace.Metadata.Annotation(WebhookLabels.ZonePinning)),
    };
}
