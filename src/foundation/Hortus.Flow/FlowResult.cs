namespace Hortus.Flow;

/// <summary>How a task ended.</summary>
public enum FlowTaskState
{
    /// <summary>A task before it failed or the flow was cancelled.</summary>
    NotStarted,
    Succeeded,
    Skipped,
    Failed,

    /// <summary>Was running when the flow was cancelled.</summary>
    Cancelled,
}

/// <summary>What came of one task.</summary>
/// <param name="Id">The task.</param>
/// <param name="State">How it ended.</param>
/// <param name="Duration">Time it ran, with all tries; zero when it did not start.</param>
/// <param name="Tries">How often it was run.</param>
/// <param name="Error">The last error of a failed task, otherwise null.</param>
public sealed record FlowTaskResult(string Id, FlowTaskState State, TimeSpan Duration, int Tries, Exception? Error);

/// <summary>What came of a flow: every task is accounted for, in the order of the graph.</summary>
public sealed record FlowResult(string Flow, IReadOnlyList<FlowTaskResult> Tasks, TimeSpan Duration)
{
    /// <summary>Whether every task succeeded or was skipped.</summary>
    public bool IsSuccess => Tasks.All(t => t.State is FlowTaskState.Succeeded or FlowTaskState.Skipped);

    /// <summary>The failed tasks.</summary>
    public IReadOnlyList<FlowTaskResult> Errors => [.. Tasks.Where(t => t.State == FlowTaskState.Failed)];

    /// <summary>Share of tasks done, 0 to 100.</summary>
    public int Percent => Tasks.Count == 0
        ? 100
        : 100 * Tasks.Count(t => t.State is FlowTaskState.Succeeded or FlowTaskState.Skipped) / Tasks.Count;

    /// <summary>Returns when the flow succeeded.</summary>
    /// <exception cref="FlowException">Tasks failed.</exception>
    /// <exception cref="OperationCanceledException">The flow was cancelled before its end.</exception>
    public void ThrowIfFailed()
    {
        if (Errors.Count > 0)
        {
            throw new FlowException(this);
        }

        if (!IsSuccess)
        {
            throw new OperationCanceledException($"flow \"{Flow}\" was cancelled");
        }
    }
}

/// <summary>Tasks of a flow failed; <see cref="Result"/> has each with its error.</summary>
public sealed class FlowException(FlowResult result) : Exception(
    $"flow \"{result.Flow}\" failed: " + string.Join(
        "; ", result.Errors.Select(e => $"task \"{e.Id}\": {e.Error?.Message}")),
    result.Errors.Count > 0 ? result.Errors[0].Error : null)
{
    public FlowResult Result { get; } = result;
}
