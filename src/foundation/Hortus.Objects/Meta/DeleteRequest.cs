namespace Hortus.Objects;

/// <summary>The body of a DELETE request, called DeleteOptions on the wire.</summary>
[ComponentName("DeleteOptions")]
public sealed record DeleteRequest : ApiType
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    /// <summary>Seconds; 0 means at once, null the kind's own default.</summary>
    public long? GracePeriodSeconds { get; init; }

    public Preconditions? Preconditions { get; init; }

    /// <summary>Old form of <see cref="PropagationPolicy"/>.</summary>
    public bool? OrphanDependents { get; init; }

    /// <summary><c>Orphan</c>, <c>Background</c> or <c>Foreground</c>.</summary>
    [AllowedValues("Orphan", "Background", "Foreground")]
    public string? PropagationPolicy { get; init; }

    public IReadOnlyList<string>? DryRun { get; init; }
}

/// <summary>What must still hold when the deletion happens.</summary>
public sealed record Preconditions : ApiType
{
    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }
}
