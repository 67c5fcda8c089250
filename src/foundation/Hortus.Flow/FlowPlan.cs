namespace Hortus.Flow;

/// <summary>A checked graph of tasks. Immutable: it may run several times, also side by side.</summary>
public sealed class FlowPlan
{
    internal FlowPlan(string name, IReadOnlyList<FlowNode> nodes)
    {
        Name = name;
        Nodes = nodes;
    }

    public string Name { get; }

    /// <summary>Ids of all tasks, in the order they were added.</summary>
    public IReadOnlyList<string> TaskIds => [.. Nodes.Select(n => n.Task.Id)];

    /// <summary>Ids of the tasks that must be done before a task starts; empty for tasks that start at once.</summary>
    /// <exception cref="ArgumentException">The flow has no such task.</exception>
    public IReadOnlyList<string> DependenciesOf(string id) =>
        Nodes.FirstOrDefault(n => n.Task.Id == id)?.DependsOn
        ?? throw new ArgumentException($"flow \"{Name}\" has no task \"{id}\"", nameof(id));

    internal IReadOnlyList<FlowNode> Nodes { get; }

    /// <summary>
    /// Runs every task as soon as its dependencies are done. Failed tasks stop only what depends on them. Cancellation
    /// starts nothing new and cancels what runs; the run still ends with a result. Returns when nothing runs any more.
    /// </summary>
    public Task<FlowResult> RunAsync(FlowRunOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new FlowRun(this, options).RunAsync(cancellationToken);
    }
}
