using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Flow;

/// <summary>How one run of a flow is timed and reported.</summary>
public sealed record FlowRunOptions
{
    public required TimeProvider Clock { get; init; }

    /// <summary>Gets the progress as it changes, one call at a time; changes during a call are joined. The last state
    /// is always reported before the run ends. What it throws is logged and does not stop the flow.</summary>
    public Func<FlowProgress, CancellationToken, Task>? Report { get; init; }

    /// <summary>Shortest time between two reports. Default zero: at once.</summary>
    public TimeSpan ReportPeriod { get; init; }

    /// <summary>Ids of tasks that failed in an earlier run and whose errors still stand.</summary>
    public IReadOnlyCollection<string> FailedBefore { get; init; } = [];

    /// <summary>Called once for each task that succeeds after it failed, in this run or before: its error is out of
    /// date. What it throws is logged and does not stop the flow.</summary>
    public Func<string, CancellationToken, Task>? ErrorCleared { get; init; }

    /// <summary>Takes start, end and failures of tasks. Default none.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;
}

/// <summary>How far a flow is.</summary>
/// <param name="Percent">Share of tasks done, 0 to 100, rounded down.</param>
/// <param name="Description">For people: what runs now.</param>
/// <param name="Running">Ids of the running tasks.</param>
public sealed record FlowProgress(int Percent, string Description, IReadOnlyList<string> Running);
