using Hortus.Client;
using Hortus.Development.Builds;

namespace Hortus.Development.Swaps;

/// <summary>How a swap went.</summary>
/// <param name="Tag">Tag of the image that runs now.</param>
/// <param name="Former">Tag of the image before.</param>
/// <param name="Workloads">What runs it.</param>
/// <param name="Rollout">Until all replicas ran the image and were ready.</param>
/// <param name="Leading">From then until one of them led; null when nobody has to lead.</param>
/// <param name="Leaders">The pods that lead.</param>
public sealed record SwapResult(
    string Tag,
    string Former,
    IReadOnlyList<ComponentWorkload> Workloads,
    TimeSpan Rollout,
    TimeSpan? Leading,
    IReadOnlyList<string> Leaders);

/// <summary>Gives components other images, and the ones before back when that does not work.</summary>
/// <param name="runtime">The runtime cluster.</param>
/// <param name="swaps">The components that can be swapped.</param>
/// <param name="limit">How long a rollout may take.</param>
/// <param name="time">The clock.</param>
public sealed class Swapper(KubernetesClient runtime, IReadOnlyList<IComponentSwap> swaps, TimeSpan limit, TimeProvider time)
{
    private readonly ComponentWorkloads components = new(runtime);

    /// <summary>The components that can be swapped.</summary>
    public IReadOnlyList<IComponentSwap> Swaps => swaps;

    /// <summary>Whether a component works, with the image that is asked for.</summary>
    public async Task<bool> WorksAsync(IComponentSwap swap, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(swap);
        ArgumentNullException.ThrowIfNull(tag);
        var image = DevelopmentEntries.ImageOf(tag.Length == 0 ? DevelopmentEntries.StandardTag : tag);
        var workloads = await components.FindAsync(swap.Component, cancellationToken);
        var failing = await Task.WhenAll(
            workloads.Select(workload => components.IsFailingAsync(workload, image, cancellationToken)));
        return !failing.Any(isFailing => isFailing);
    }

    /// <summary>Swaps a component.</summary>
    /// <param name="swap">The component.</param>
    /// <param name="tag">Tag of the image that it is to run.</param>
    /// <param name="cancellationToken">Stops waiting; what was asked for stays.</param>
    /// <exception cref="SwapFailedException">It does not get ready, and runs what it ran before.</exception>
    public async Task<SwapResult> SwapAsync(IComponentSwap swap, string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(swap);
        var former = await swap.TagAsync(cancellationToken)
            ?? throw new SwapFailedException($"the garden has no {swap.Component}");
        var asked = new SwapRequest(
            swap,
            tag,
            former.Length == 0 ? DevelopmentEntries.StandardTag : former,
            await components.FindAsync(swap.Component, cancellationToken));
        var failing = await Task.WhenAll(asked.Workloads.Select(workload => components.IsFailingAsync(workload, cancellationToken)));
        try
        {
            return await ToAsync(asked, failing.Any(isFailing => isFailing), cancellationToken);
        }
        catch (SwapFailedException failure)
        {
            throw await BackAsync(asked, failure.Message, isLost: false, cancellationToken);
        }
    }

    /// <summary>Looks on whether a component that was swapped goes on working.</summary>
    /// <param name="swap">The component.</param>
    /// <param name="result">How it was swapped.</param>
    /// <param name="until">Ends the look.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <exception cref="SwapFailedException">It does not, and runs what it ran before.</exception>
    public async Task ProveAsync(IComponentSwap swap, SwapResult result, Task until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(swap);
        ArgumentNullException.ThrowIfNull(result);
        var rollout = new Rollout(runtime, DevelopmentEntries.ImageOf(result.Tag));
        var faults = result.Workloads.Select<ComponentWorkload, Func<CancellationToken, Task<string?>>>(
            workload => async token => await rollout.FaultAsync(workload, restartsMax: 0, token));
        if (await Race.FirstAsync([EndAsync, .. faults], cancellationToken) is { } fault)
        {
            var asked = new SwapRequest(swap, result.Tag, result.Former, result.Workloads);
            throw await BackAsync(asked, fault, isLost: true, cancellationToken);
        }

        async Task<string?> EndAsync(CancellationToken token)
        {
            await until.WaitAsync(token);
            return null;
        }
    }

    private async Task<SwapResult> ToAsync(SwapRequest asked, bool isLost, CancellationToken cancellationToken)
    {
        var rollout = new Rollout(runtime, DevelopmentEntries.ImageOf(asked.Tag));
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var began = time.GetTimestamp();
            await asked.Swap.AskForAsync(asked.Tag, isLost, either.Token);
            await UnlessRefusedAsync(
                asked.Swap,
                token => Task.WhenAll(asked.Workloads.Select(workload => rollout.WaitAsync(workload, token))),
                either.Token);
            var ready = time.GetTimestamp();
            var leaders = await Task.WhenAll(asked.Workloads.Select(workload => rollout.LeaderAsync(workload, either.Token)));
            var names = leaders.OfType<string>().ToArray();
            return new SwapResult(
                asked.Tag,
                asked.Former,
                asked.Workloads,
                time.GetElapsedTime(began, ready),
                names.Length == 0 ? null : time.GetElapsedTime(ready),
                names);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var faults = await Task.WhenAll(asked.Workloads.Select(workload => rollout.PodsAsync(workload, cancellationToken)));
            throw new SwapFailedException(
                $"not ready after {limit.TotalSeconds:0} s: "
                + string.Join("; ", faults.Where(fault => fault.Length > 0).DefaultIfEmpty($"nobody acted upon {asked.Swap.Place}")));
        }
        catch (ApiException refused) when (refused.Code is >= 400 and < 500)
        {
            throw new SwapFailedException(refused.Message, refused);
        }
    }

    private static async Task UnlessRefusedAsync(
        IComponentSwap swap, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (await Race.FirstAsync<string?>([WorkAsync, async token => await swap.RefusalAsync(token)], cancellationToken) is { } refusal)
        {
            throw new SwapFailedException(refusal);
        }

        async Task<string?> WorkAsync(CancellationToken token)
        {
            await work(token);
            return null;
        }
    }

    // What to tell after the way back.
    private async Task<SwapFailedException> BackAsync(
        SwapRequest asked, string failure, bool isLost, CancellationToken cancellationToken)
    {
        try
        {
            await ToAsync(asked with { Tag = asked.Former }, isLost, cancellationToken);
            return new SwapFailedException($"{failure}\n  back at {DevelopmentEntries.ImageOf(asked.Former)}");
        }
        catch (SwapFailedException again)
        {
            return new SwapFailedException($"{failure}\n  and going back to {asked.Former}: {again.Message}", again);
        }
    }

    private sealed record SwapRequest(
        IComponentSwap Swap, string Tag, string Former, IReadOnlyList<ComponentWorkload> Workloads);
}
