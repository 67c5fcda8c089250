using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Hortus.Flow;

/// <summary>One run of a flow: the only place that changes its state is the loop in <see cref="RunAsync"/>.</summary>
internal sealed partial class FlowRun
{
    private readonly FlowPlan flow;
    private readonly FlowRunOptions options;
    private readonly Dictionary<string, FlowTaskResult> results = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> waiting;
    private readonly ILookup<string, FlowNode> dependants;
    private readonly List<string> running = [];
    private readonly Channel<FlowTaskResult> finished = Channel.CreateUnbounded<FlowTaskResult>();
    private readonly HashSet<string> failedBefore;

    public FlowRun(FlowPlan flow, FlowRunOptions options)
    {
        this.flow = flow;
        this.options = options;
        waiting = flow.Nodes.ToDictionary(n => n.Task.Id, n => n.DependsOn.Length, StringComparer.Ordinal);
        dependants = flow.Nodes.SelectMany(n => n.DependsOn.Select(d => (On: d, Node: n)))
            .ToLookup(p => p.On, p => p.Node);
        failedBefore = [.. options.FailedBefore];
    }

    public async Task<FlowResult> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = options.Clock.GetTimestamp();
        using var reporter = new ProgressReporter(options);
        var reporting = reporter.RunAsync(cancellationToken);
        reporter.Offer(Progress());
        foreach (var node in flow.Nodes.Where(n => n.DependsOn.Length == 0))
        {
            Start(node, cancellationToken);
        }

        reporter.Offer(Progress());
        while (running.Count > 0)
        {
            var result = await finished.Reader.ReadAsync(CancellationToken.None);
            running.Remove(result.Id);
            results.Add(result.Id, result);
            if (result.State is FlowTaskState.Succeeded or FlowTaskState.Skipped)
            {
                await ClearErrorAsync(result, cancellationToken);
                StartDependants(result.Id, cancellationToken);
            }

            reporter.Offer(Progress());
        }

        reporter.Complete();
        await reporting;
        return new FlowResult(
            flow.Name,
            [
                .. flow.Nodes.Select(n => results.GetValueOrDefault(n.Task.Id)
                    ?? new FlowTaskResult(n.Task.Id, FlowTaskState.NotStarted, TimeSpan.Zero, 0, null)),
            ],
            options.Clock.GetElapsedTime(startedAt));
    }

    private void StartDependants(string id, CancellationToken cancellationToken)
    {
        foreach (var node in dependants[id])
        {
            if (--waiting[node.Task.Id] == 0)
            {
                Start(node, cancellationToken);
            }
        }
    }

    private void Start(FlowNode node, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return;
        }

        running.Add(node.Task.Id);
        _ = Task.Run(
            async () => finished.Writer.TryWrite(await new FlowTaskRun(node.Task, options).RunAsync(cancellationToken)),
            CancellationToken.None);
    }

    private async Task ClearErrorAsync(FlowTaskResult result, CancellationToken cancellationToken)
    {
        if (options.ErrorCleared is not { } clear || (result.Tries <= 1 && !failedBefore.Contains(result.Id)))
        {
            return;
        }

        try
        {
            await clear(result.Id, cancellationToken);
        }
        catch (Exception e)
        {
            LogClearFailed(options.Log, e, result.Id);
        }
    }

    private FlowProgress Progress()
    {
        var done = results.Values.Count(r => r.State is FlowTaskState.Succeeded or FlowTaskState.Skipped);
        var percent = flow.Nodes.Count == 0 ? 100 : 100 * done / flow.Nodes.Count;
        var description = percent == 100 ? $"{flow.Name} finished"
            : running.Count == 0 || (percent == 0 && results.Count == 0) ? $"Starting {flow.Name}"
            : string.Join(", ", running);
        return new FlowProgress(percent, description, [.. running]);
    }

    [LoggerMessage(1300, LogLevel.Warning, "cannot clear the old error of task {Task}")]
    private static partial void LogClearFailed(ILogger logger, Exception exception, string task);
}
