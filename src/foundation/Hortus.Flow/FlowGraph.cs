namespace Hortus.Flow;

/// <summary>Collects the tasks of a flow and what each depends on. Not safe for several threads.</summary>
/// <param name="name">Shown in progress, for example <c>Shoot cluster reconciliation</c>.</param>
public sealed class FlowGraph(string name)
{
    private readonly List<(FlowTask Task, string[] DependsOn)> tasks = [];

    /// <summary>Adds a task that runs when all <paramref name="dependsOn"/> are done. Dependencies may be added
    /// later.</summary>
    /// <returns>The task's id, to name it as a dependency.</returns>
    public string Add(FlowTask task, params ReadOnlySpan<string> dependsOn)
    {
        ArgumentNullException.ThrowIfNull(task);
        tasks.Add((task, dependsOn.ToArray()));
        return task.Id;
    }

    /// <summary>Adds a task without options.</summary>
    /// <returns>The task's id, to name it as a dependency.</returns>
    public string Add(string id, Func<CancellationToken, Task> run, params ReadOnlySpan<string> dependsOn) =>
        Add(new FlowTask(id, run), dependsOn);

    /// <summary>Checks the graph and makes it ready to run.</summary>
    /// <exception cref="FlowGraphException">Ids occur twice, dependencies are unknown or form a cycle; all faults are
    /// named.</exception>
    public FlowPlan Build()
    {
        var faults = new List<string>();
        var nodes = new Dictionary<string, FlowNode>(StringComparer.Ordinal);
        foreach (var (task, dependsOn) in tasks)
        {
            var node = new FlowNode(task, [.. dependsOn.Distinct(StringComparer.Ordinal)]);
            if (string.IsNullOrWhiteSpace(task.Id))
            {
                faults.Add("a task has an empty id");
            }
            else if (!nodes.TryAdd(task.Id, node))
            {
                faults.Add($"task \"{task.Id}\" is there twice");
            }
        }

        foreach (var node in nodes.Values)
        {
            faults.AddRange(node.DependsOn.Where(d => !nodes.ContainsKey(d))
                .Select(d => $"task \"{node.Task.Id}\" depends on \"{d}\", which does not exist"));
        }

        if (faults.Count == 0 && FindCycle(nodes) is { } cycle)
        {
            faults.Add($"tasks wait for each other: {string.Join(" -> ", cycle.Select(id => $"\"{id}\""))}");
        }

        return faults.Count == 0 ? new FlowPlan(name, [.. nodes.Values]) : throw new FlowGraphException(name, faults);
    }

    private static List<string>? FindCycle(Dictionary<string, FlowNode> nodes)
    {
        var waiting = nodes.ToDictionary(n => n.Key, n => n.Value.DependsOn.Length, StringComparer.Ordinal);
        var dependants = nodes.Values.SelectMany(n => n.DependsOn.Select(d => (On: d, n.Task.Id)))
            .ToLookup(p => p.On, p => p.Id);
        var ready = new Queue<string>(waiting.Where(w => w.Value == 0).Select(w => w.Key));
        while (ready.TryDequeue(out var id))
        {
            waiting.Remove(id);
            foreach (var dependant in dependants[id])
            {
                if (--waiting[dependant] == 0)
                {
                    ready.Enqueue(dependant);
                }
            }
        }

        if (waiting.Count == 0)
        {
            return null;
        }

        // Every task left waits for another one left, so following them must come back.
        var path = new List<string> { waiting.Keys.First() };
        while (true)
        {
            var next = nodes[path[^1]].DependsOn.First(waiting.ContainsKey);
            var start = path.IndexOf(next);
            path.Add(next);
            if (start >= 0)
            {
                return path[start..];
            }
        }
    }
}

/// <summary>A graph cannot run; <see cref="Faults"/> names everything that is wrong with it.</summary>
public sealed class FlowGraphException(string flow, IReadOnlyList<string> faults)
    : Exception($"flow \"{flow}\" cannot be built: {string.Join("; ", faults)}")
{
    public IReadOnlyList<string> Faults { get; } = faults;
}

internal sealed record FlowNode(FlowTask Task, string[] DependsOn);
