namespace Hortus.Objects.Gardener.Core;

/// <summary>What a controller last did with the object, and how far it came.</summary>
public sealed record LastOperation : ApiType
{
    /// <summary>Progress in words: the running steps, or why the operation stopped.</summary>
    [Required]
    public string Description { get => field ?? ""; init; }

    /// <summary>When the controller last wrote this.</summary>
    [Required]
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>Percent of the steps that are done, 0 to 100.</summary>
    [Required]
    public int Progress { get; init; }

    /// <summary>Processing, Succeeded, Error (is retried), Failed (is not retried), Pending or Aborted.</summary>
    [Required]
    public string State { get => field ?? ""; init; }

    /// <summary>Create, Reconcile, Delete, Migrate or Restore.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }
}

/// <summary>A fault of the last operation.</summary>
public sealed record LastError : ApiType
{
    /// <summary>What failed and why.</summary>
    [Required]
    public string Description { get => field ?? ""; init; }

    /// <summary>The step of the flow that failed; a later success of the same step removes the entry.</summary>
    public string? TaskID { get; init; }

    /// <summary>Classes of the fault, such as ERR_CONFIGURATION_PROBLEM; some of them stop retries.</summary>
    public IReadOnlyList<string>? Codes { get; init; }

    /// <summary>When the fault was last seen.</summary>
    public DateTimeOffset? LastUpdateTime { get; init; }
}

/// <summary>An observation about an object; Gardener's form, which also knows Progressing and error codes.</summary>
public sealed record GardenerCondition : ApiType, ICondition<GardenerCondition>
{
    /// <summary>What is observed.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>True, False, Unknown, or Progressing while a failed check is within its grace time.</summary>
    [Required]
    public string Status { get => field ?? ""; init; }

    /// <summary>When the status last changed.</summary>
    [Required]
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>When the condition was last written.</summary>
    [Required]
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>One word for the state.</summary>
    [Required]
    public string Reason { get => field ?? ""; init; }

    /// <summary>The state for a person.</summary>
    [Required]
    public string Message { get => field ?? ""; init; }

    /// <summary>Classes of the fault, such as ERR_CONFIGURATION_PROBLEM.</summary>
    public IReadOnlyList<string>? Codes { get; init; }

    /// <inheritdoc/>
    public GardenerCondition WithTransitionTime(DateTimeOffset? time) => this with { LastTransitionTime = time };
}

/// <summary>Which controller instance handled the object last.</summary>
public sealed record Gardener : ApiType
{
    /// <summary>Identifier of the instance.</summary>
    [Required]
    public string Id { get => field ?? ""; init; }

    /// <summary>Host or pod name of the instance.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Version of the instance.</summary>
    [Required]
    public string Version { get => field ?? ""; init; }
}
