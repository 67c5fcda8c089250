using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>Gives a resource that provider configurations use a stable name.</summary>
public sealed record NamedResourceReference : ApiType
{
    /// <summary>The name by which configurations refer to the resource.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>The Secret, ConfigMap or other object that is meant.</summary>
    [Required]
    public CrossVersionObjectReference ResourceRef { get => field ??= new CrossVersionObjectReference(); init; }
}

/// <summary>State of a resource that has to move with the shoot.</summary>
public sealed record ResourceData : ApiType
{
    /// <summary>Kind of the object.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }

    /// <summary>Group and version of the object.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Name of the object.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>The data to keep.</summary>
    [Required, PreserveUnknownFields]
    public JsonElement? Data { get; init; }
}

/// <summary>A shoot with this toleration may run on a seed with the matching taint.</summary>
public sealed record Toleration : ApiType
{
    /// <summary>Key of the taint.</summary>
    [Required]
    public string Key { get => field ?? ""; init; }

    /// <summary>Value of the taint; absent matches a taint without a value.</summary>
    public string? Value { get; init; }
}

/// <summary>A restriction on where and by whom a cluster may be run.</summary>
public sealed record AccessRestriction : ApiType
{
    /// <summary>Name of the restriction.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }
}

/// <summary>A restriction and how it is to be applied.</summary>
public sealed record AccessRestrictionWithOptions : ApiType
{
    /// <summary>Name of the restriction.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Details that the restriction defines.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; init; }
}

/// <summary>Selects seeds by labels and provider type.</summary>
public sealed record SeedSelector : ApiType
{
    /// <summary>Labels that the seed must have.</summary>
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    /// <summary>Requirements on the seed's labels.</summary>
    public IReadOnlyList<LabelSelectorRequirement>? MatchExpressions { get; init; }

    /// <summary>Provider types of the seed; the shoot's own type when empty, any with "*".</summary>
    public IReadOnlyList<string>? ProviderTypes { get; init; }
}
