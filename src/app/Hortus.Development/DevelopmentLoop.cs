using Hortus.Development.Builds;
using Hortus.Development.Sources;
using Hortus.Development.Swaps;
using Hortus.Host;

namespace Hortus.Development;

/// <summary>
/// Builds what was changed in a source tree, and swaps the components of a running garden that run it. Which components these are is
/// told by what was built, compared with what each of them runs; so it does not matter what happened before the loop began.
/// </summary>
/// <param name="options">What to do.</param>
/// <param name="swapper">Swaps the components of the garden.</param>
/// <param name="images">The builds.</param>
/// <param name="report">Is told everything.</param>
/// <param name="time">The clock.</param>
public sealed class DevelopmentLoop(
    DevelopmentOptions options,
    Swapper swapper,
    DevelopmentImages images,
    LoopReport report,
    TimeProvider time)
{
    private readonly DotnetBuild build = new(options.Sources, new ProcessRunner());
    private readonly Settling settling = new(options.Quiet, () => SourceTree.IsBusy(options.Sources), time);

    /// <summary>Builds once and swaps what differs.</summary>
    /// <returns>False when the build failed, or a component did not get ready.</returns>
    /// <exception cref="DevelopmentException">The source tree cannot be used.</exception>
    public Task<bool> OnceAsync(CancellationToken cancellationToken)
    {
        var graph = ReadGraph();
        return RoundAsync(
            new Round(graph, [], time.GetUtcNow(), "after the start", token => Task.Delay(Timeout.InfiniteTimeSpan, time, token)),
            cancellationToken);
    }

    /// <summary>The same again and again, whenever sources have changed, until cancelled.</summary>
    /// <exception cref="DevelopmentException">The source tree cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var graph = ReadGraph();
        using var watch = new SourceWatch(options.Sources, graph.Folders, time);
        var known = SourceSnapshot.Take(options.Sources, graph, null);
        await report.WatchingAsync(options.Sources, graph, Wanted());
        await RoundAsync(new Round(graph, [], time.GetUtcNow(), "after the start", NextAsync), cancellationToken);
        while (true)
        {
            var saved = await settling.WaitAsync(watch.Changes, cancellationToken);
            try
            {
                graph = ReadGraph();
            }
            catch (DevelopmentException unreadable)
            {
                await report.LineAsync(unreadable.Message);
                continue;
            }

            var current = SourceSnapshot.Take(options.Sources, graph, known);
            var changes = current.ChangesSince(known);
            known = current;
            if (changes.Count > 0)
            {
                await RoundAsync(new Round(graph, changes, saved, "after the save", NextAsync), cancellationToken);
            }
        }

        Task NextAsync(CancellationToken token) => watch.Changes.WaitToReadAsync(token).AsTask();
    }

    private ProjectGraph ReadGraph()
    {
        var known = swapper.Swaps.Select(swap => swap.Component).ToArray();
        return options.Components.Except(known).FirstOrDefault() is { } unknown
            ? throw new DevelopmentException(
                $"\"{unknown}\" is none of the components that can be swapped, which are {string.Join(", ", known)}")
            : ProjectGraph.Read(options.Sources);
    }

    private IEnumerable<string> Wanted() => swapper.Swaps.Select(swap => swap.Component).Where(IsWanted);

    private bool IsWanted(string component) => options.Components.Count == 0 || options.Components.Contains(component);

    private async Task<bool> RoundAsync(Round round, CancellationToken cancellationToken)
    {
        var touched = round.Changes.SelectMany(round.Graph.OwnersOf).ToHashSet();
        if (round.Changes.Count > 0)
        {
            await report.ChangedAsync(round.Changes, round.Graph.ComponentsOf(touched));
        }

        var began = time.GetTimestamp();
        var restore = round.Changes.Count == 0 || round.Changes.Any(SourcePaths.IsOfProject);
        var built = await build.RunAsync(round.Graph, touched, restore, cancellationToken);
        var took = time.GetElapsedTime(began);
        if (!built.Succeeded)
        {
            await report.NotBuiltAsync(took, built);
            return false;
        }

        // The program that starts all components is compiled again with each of them: it counts when it was changed itself.
        var all = touched.Contains(round.Graph.Executable);
        var due = await DueAsync(round.Graph, all, cancellationToken);
        await report.BuiltAsync(
            took,
            [.. due.SelectMany(component => component.Changed).Distinct()],
            [.. due.Where(component => component.Changed.Count == 0).Select(component => component.Swap.Component)]);
        await report.LeftAsync(Left(round.Graph, due, touched));
        return due.Count == 0 || await SwapAsync(round, due, cancellationToken);
    }

    // Components of which the garden has none are left out.
    private async Task<IReadOnlyList<DueSwap>> DueAsync(ProjectGraph graph, bool all, CancellationToken cancellationToken)
    {
        var due = new List<DueSwap>();
        foreach (var swap in swapper.Swaps.Where(swap => IsWanted(swap.Component)))
        {
            if (await swap.TagAsync(cancellationToken) is { } tag)
            {
                IReadOnlyList<SourceProject> code =
                    all ? [.. graph.CodeOf(swap.Component), graph.Executable] : [.. graph.CodeOf(swap.Component)];
                var changed = images.Differing(code, build.OutputOf, tag);
                if (changed.Count > 0 || !await swapper.WorksAsync(swap, tag, cancellationToken))
                {
                    due.Add(new DueSwap(swap, tag, code, changed));
                }
            }
        }

        return due;
    }

    private string[] Left(ProjectGraph graph, IReadOnlyList<DueSwap> due, IReadOnlyCollection<SourceProject> touched) =>
    [
        .. graph.ComponentsOf(touched).Where(IsWanted).Except(due.Select(component => component.Swap.Component))
            .Except(swapper.Swaps.Select(swap => swap.Component)),
    ];

    private async Task<bool> SwapAsync(Round round, IReadOnlyList<DueSwap> due, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var code = due.SelectMany(component => component.Code).ToHashSet();
        var tag = images.Existing(code, build.OutputOf) ?? images.Make(round.Graph, build.OutputOf).Tag;
        await report.ImageAsync(time.GetElapsedTime(began), DevelopmentEntries.ImageOf(tag));
        var swapped = new List<(IComponentSwap Swap, SwapResult Result)>();
        foreach (var swap in due.Select(component => component.Swap))
        {
            await ReportFailureAsync(swap, async () =>
            {
                var result = await swapper.SwapAsync(swap, tag, cancellationToken);
                swapped.Add((swap, result));
                await report.SwappedAsync(swap.Component, result);
            });
        }

        if (swapped.Count == due.Count)
        {
            await report.RunningAsync(time.GetUtcNow() - round.Began, round.Since);
        }

        var proven = 0;
        var until = Task.WhenAny(Task.Delay(options.Proof, time, cancellationToken), round.Next(cancellationToken));
        foreach (var (swap, result) in swapped)
        {
            proven += await ReportFailureAsync(swap, () => swapper.ProveAsync(swap, result, until, cancellationToken)) ? 1 : 0;
        }

        await RemoveUnusedAsync([tag, .. due.Select(component => component.Former)], cancellationToken);
        return proven == due.Count;
    }

    private async Task<bool> ReportFailureAsync(IComponentSwap swap, Func<Task> step)
    {
        try
        {
            await step();
            return true;
        }
        catch (SwapFailedException failure)
        {
            await report.NotSwappedAsync(swap.Component, failure);
            return false;
        }
    }

    // The last one may still end in a process.
    private async Task RemoveUnusedAsync(IEnumerable<string> recent, CancellationToken cancellationToken)
    {
        var used = recent.ToHashSet();
        foreach (var swap in swapper.Swaps)
        {
            used.Add(await swap.TagAsync(cancellationToken) ?? "");
        }

        images.RemoveAllBut(used);
    }

    // Next ends when there is something else to do.
    private sealed record Round(
        ProjectGraph Graph, IReadOnlyList<string> Changes, DateTimeOffset Began, string Since, Func<CancellationToken, Task> Next);

    private sealed record DueSwap(
        IComponentSwap Swap, string Former, IReadOnlyList<SourceProject> Code, IReadOnlyList<SourceProject> Changed);
}
