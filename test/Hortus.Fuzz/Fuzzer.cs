using System.Collections.Concurrent;

namespace Hortus.Fuzz;

/// <summary>Sends mutated requests to servers in this process until enough are sent or enough has gone wrong.</summary>
public static class Fuzzer
{
    /// <summary>Runs to the end; never throws for what a server does.</summary>
    /// <param name="options">What to send.</param>
    /// <param name="progress">Told how many requests are sent, now and then.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    public static async Task<FuzzResult> RunAsync(
        FuzzOptions options, Action<long> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = new Run(options, progress, enough);
        TaskScheduler.UnobservedTaskException += run.Unobserved;
        try
        {
            await Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => Task.Run(run.WorkAsync, CancellationToken.None)));
        }
        finally
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            TaskScheduler.UnobservedTaskException -= run.Unobserved;
        }

        return run.Result;
    }

    private sealed class Run(FuzzOptions options, Action<long> progress, CancellationTokenSource enough)
    {
        private readonly ConcurrentDictionary<int, long> answers = [];
        private readonly ConcurrentQueue<FuzzFailure> failures = [];
        private readonly Lock memoryLock = new();
        private int nextRound = -1;
        private long sent;
        private long memory;

        public FuzzResult Result => new(
            sent,
            new SortedDictionary<int, long>(answers),
            [.. failures.OrderBy(f => f.Round).ThenBy(f => f.Index)],
            memory);

        public async Task WorkAsync()
        {
            var rounds = (options.Requests + FuzzRound.Size - 1) / FuzzRound.Size;
            while (!enough.IsCancellationRequested)
            {
                var round = Interlocked.Increment(ref nextRound);
                if (options.Round is not null ? round > 0 : round >= rounds)
                {
                    return;
                }

                await RunRoundAsync(options.Round ?? round);
                progress(Interlocked.Read(ref sent));
                CheckMemory(round);
            }
        }

        // A task that failed with nobody looking: there is no request to blame, but it must not pass unnoticed.
        public void Unobserved(object? sender, UnobservedTaskExceptionEventArgs e) =>
            Failed(new FuzzFailure(-1, -1, new FuzzRequest("", "", [], []), $"unobserved: {e.Exception}"));

        private async Task RunRoundAsync(int round)
        {
            await using var server = await FuzzRound.StartAsync(options, CancellationToken.None);
            await server.SendCorpusAsync();
            await server.RunAsync(
                round,
                Math.Min(FuzzRound.Size, options.Requests - (options.Round is null ? round * FuzzRound.Size : 0)),
                status =>
                {
                    answers.AddOrUpdate(status, 1, (_, count) => count + 1);
                    Interlocked.Increment(ref sent);
                },
                Failed,
                enough.Token);
        }

        private void CheckMemory(int round)
        {
            lock (memoryLock)
            {
                var used = GC.GetTotalMemory(forceFullCollection: true);
                memory = Math.Max(memory, used);
                if (used > options.MemoryBytesMax)
                {
                    Failed(new FuzzFailure(
                        round, -1, new FuzzRequest("", "", [], []), $"{used >> 20} MiB in use, want {options.MemoryBytesMax >> 20} at most"));
                }
            }
        }

        private void Failed(FuzzFailure failure)
        {
            failures.Enqueue(failure);
            if (failures.Count >= options.FailuresMax)
            {
                enough.Cancel();
            }
        }
    }
}
