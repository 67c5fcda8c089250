namespace Hortus.Development.Swaps;

/// <summary>Work of which the first to end counts.</summary>
internal static class Race
{
    /// <summary>Runs all until the first ends. The others are cancelled then, and have ended when this completes.</summary>
    /// <param name="runners">At least one.</param>
    /// <param name="cancellationToken">Ends all of them.</param>
    /// <returns>What the first has found; its exception when it failed.</returns>
    public static async Task<T> FirstAsync<T>(
        IReadOnlyList<Func<CancellationToken, Task<T>>> runners, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = runners.Select(run => run(stop.Token)).ToArray();
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        return await first;
    }
}
