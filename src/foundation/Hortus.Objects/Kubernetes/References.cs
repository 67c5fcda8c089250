namespace Hortus.Objects.Kubernetes;

/// <summary>Names any object.</summary>
[AtomicMap]
public sealed record ObjectReference : ApiType
{
    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }

    public string? ApiVersion { get; init; }

    public string? ResourceVersion { get; init; }

    public string? FieldPath { get; init; }
}

/// <summary>Names an object of any kind in the same namespace.</summary>
[AtomicMap]
public sealed record TypedLocalObjectReference : ApiType
{
    public string? ApiGroup { get; init; }

    [Required]
    public string Kind { get => field ?? ""; init; }

    [Required]
    public string Name { get => field ?? ""; init; }
}

/// <summary>Names an object of any kind.</summary>
public sealed record TypedObjectReference : ApiType
{
    public string? ApiGroup { get; init; }

    [Required]
    public string Kind { get => field ?? ""; init; }

    [Required]
    public string Name { get => field ?? ""; init; }

    public string? Namespace { get; init; }
}

/// <summary>Names a secret.</summary>
[AtomicMap]
public sealed record SecretReference : ApiType
{
    public string? Name { get; init; }

    public string? Namespace { get; init; }
}
