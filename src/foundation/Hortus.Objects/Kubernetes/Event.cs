using System.Text.Json.Serialization;

namespace Hortus.Objects.Kubernetes;

/// <summary>A report of something that happened to an object.</summary>
[KubernetesResource("", "v1", "Event", "events", ShortNames = "ev")]
public sealed record Event : KubernetesObject
{
    [Required]
    public ObjectReference InvolvedObject { get => field ??= new ObjectReference(); init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public EventSource? Source { get; init; }

    public DateTimeOffset? FirstTimestamp { get; init; }

    public DateTimeOffset? LastTimestamp { get; init; }

    public int? Count { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }

    public EventSeries? Series { get; init; }

    public string? Action { get; init; }

    public ObjectReference? Related { get; init; }

    public string? ReportingComponent { get; init; }

    public string? ReportingInstance { get; init; }
}

/// <summary>Who reported.</summary>
public sealed record EventSource : ApiType
{
    public string? Component { get; init; }

    public string? Host { get; init; }
}

/// <summary>Repetitions.</summary>
public sealed record EventSeries : ApiType
{
    public int? Count { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? LastObservedTime { get; init; }
}
