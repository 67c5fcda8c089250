namespace Hortus.Flow;

/// <summary>One step of a flow.</summary>
/// <param name="Id">Unique within the flow; shown in progress and errors, for example <c>Deploying
/// kube-apiserver</c>.</param>
/// <param name="Run">The work. An exception is the task's error and stops only the tasks that depend on it.</param>
public sealed record FlowTask(string Id, Func<CancellationToken, Task> Run)
{
    /// <summary>Asked when the task's turn comes: true passes it over, which counts as done. Null never
    /// skips.</summary>
    public Func<bool>? SkipIf { get; init; }

    /// <summary>Tries again after an error; null tries once.</summary>
    public FlowRetry? Retry { get; init; }

    /// <summary>Longest time for one try; null sets no limit.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How a failing task is tried again.</summary>
public sealed record FlowRetry
{
    /// <summary>Every 5 s for 30 s.</summary>
    public static FlowRetry Default { get; } = new();

    /// <summary>Pause between tries. Default 5 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time after which no other try begins and a running one is cancelled. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether trying again can help against an error; null means always.</summary>
    public Func<Exception, bool>? When { get; init; }
}
