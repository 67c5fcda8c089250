using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Hortus.Benchmarks.ApiServer;

/// <summary>
/// What a cluster without users does for a long time: leases are renewed and watched. Neither memory nor what is on disk may grow.
/// </summary>
internal sealed class SoakBenchmark(MeasuredServer server) : IDisposable
{
    private const int Clients = 10;
    private const int RenewalsPerSecond = 100;
    private const int Watchers = 50;
    private const int LateMax = 50;
    private const double DiskMebibytesMax = 100;
    private const double MemoryChangeMax = 0.1;
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/soak/leases";

    /// <summary>The store keeps five minutes of history: until then memory has to grow.</summary>
    private static readonly TimeSpan HistoryAge = TimeSpan.FromMinutes(5);

    private readonly BenchClient[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new BenchClient(server.Address))];
    private readonly long[] seen = new long[Watchers];
    private long renewed;
    private long unanswered;

    /// <summary>Runs for so many minutes and prints a line for each.</summary>
    /// <returns>0, or 1 when memory or disk grew, or a watcher missed a renewal.</returns>
    public static async Task<int> RunAsync(int minutes, CancellationToken cancellationToken)
    {
        await using var server = await MeasuredServer.StartHortusAsync(new Cores(AreApart: false), cancellationToken);
        await Workload.PrepareAsync(server, cancellationToken);
        using var soak = new SoakBenchmark(server);
        return await soak.RunAsync(TimeSpan.FromMinutes(minutes), cancellationToken);
    }

    public void Dispose()
    {
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    private async Task<int> RunAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        await CreateLeasesAsync(cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = await StartWatchesAsync(end.Token);
        var start = Stopwatch.GetTimestamp();
        var renewing = clients.Select(
            (client, i) => Task.Run(() => RenewAsync(client, i, enough.Token), CancellationToken.None)).ToList();
        var samples = await SampleAsync(start, length, renewing, cancellationToken);
        await enough.CancelAsync();
        await Task.WhenAll(renewing);
        var elapsed = Stopwatch.GetElapsedTime(start);
        var missed = await MissedAsync(cancellationToken);
        await end.CancelAsync();
        var resumed = (await watching).Sum();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{renewed} renewals, {renewed / elapsed.TotalSeconds:0}/s; {unanswered} unanswered; {missed} events not seen; "
            + $"{resumed} watches taken up again"));
        return missed == 0 && IsFlat(samples) ? 0 : 1;
    }

    private async Task CreateLeasesAsync(CancellationToken cancellationToken)
    {
        await clients[0].SendAsync(
            HttpMethod.Post, "/api/v1/namespaces", """{"metadata":{"name":"soak"}}"""u8.ToArray(), "application/json", cancellationToken);
        for (var i = 0; i < RenewalsPerSecond; i++)
        {
            var lease = $$$"""{"metadata":{"name":"{{{NameOf(i)}}}"},"spec":{"holderIdentity":"node-{{{i}}}","leaseDurationSeconds":40}}""";
            await clients[0].SendAsync(HttpMethod.Post, Leases, Encoding.UTF8.GetBytes(lease), "application/json", cancellationToken);
        }
    }

    private async Task<Task<int[]>> StartWatchesAsync(CancellationToken end)
    {
        var opened = new List<Task>();
        var watches = new List<Task<int>>();
        for (var i = 0; i < Watchers; i++)
        {
            var watcher = i;
            var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var client = new BenchClient(server.Address);
            watches.Add(Task.Run(
                async () =>
                {
                    using (client)
                    {
                        return await client.WatchAsync(
                            $"{Leases}?watch=1&timeoutSeconds=86400", count => Interlocked.Add(ref seen[watcher], count), open, end);
                    }
                },
                CancellationToken.None));
            opened.Add(open.Task);
        }

        await Task.WhenAll(opened);
        return Task.WhenAll(watches);
    }

    /// <summary>Renews the leases of one client in turn, as many a second as its share is; what is late by
    /// seconds is made up for, but not what a machine missed that slept.</summary>
    private async Task RenewAsync(BenchClient client, int first, CancellationToken enough)
    {
        var each = TimeSpan.FromSeconds((double)Clients / RenewalsPerSecond);
        using var pace = new PeriodicTimer(each, TimeProvider.System);
        var start = Stopwatch.GetTimestamp();
        for (var done = 0L; await WaitAsync(pace, enough);)
        {
            var due = Stopwatch.GetElapsedTime(start).Ticks / each.Ticks;
            for (done = Math.Max(done, due - LateMax); done < due && !enough.IsCancellationRequested; done++)
            {
                await RenewAsync(client, (int)(((done * Clients) + first) % RenewalsPerSecond));
            }
        }
    }

    private async Task RenewAsync(BenchClient client, int lease)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"spec":{"renewTime":"{{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.ffffffZ}}}"}}""");
        try
        {
            await client.SendAsync(
                HttpMethod.Patch, $"{Leases}/{NameOf(lease)}", Encoding.UTF8.GetBytes(body), "application/merge-patch+json",
                CancellationToken.None);
            Interlocked.Increment(ref renewed);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // A connection that broke, for example because the machine slept: whether the lease was renewed is not known.
            Interlocked.Increment(ref unanswered);
        }
    }

    private static async Task<bool> WaitAsync(PeriodicTimer pace, CancellationToken enough)
    {
        try
        {
            return await pace.WaitForNextTickAsync(enough);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<List<Sample>> SampleAsync(
        long start, TimeSpan length, List<Task> renewing, CancellationToken cancellationToken)
    {
        var samples = new List<Sample>();
        Console.WriteLine("| minute | resident | log and snapshots | processor | renewals |");
        Console.WriteLine("|---|---|---|---|---|");
        for (var minute = 0; minute <= length.TotalMinutes; minute++)
        {
            // A renewal that fails ends the run.
            var wait = TimeSpan.FromMinutes(minute) - Stopwatch.GetElapsedTime(start);
            if (wait > TimeSpan.Zero)
            {
                await await Task.WhenAny([.. renewing, Task.Delay(wait, TimeProvider.System, cancellationToken)]);
            }

            var sample = new Sample(Stopwatch.GetElapsedTime(start), server.ResidentMemory, server.DataMebibytes);
            samples.Add(sample);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {minute} | {sample.Memory:0} MiB | {sample.Disk:0.0} MiB | {server.ProcessorTime.TotalSeconds:0} s | "
                + $"{Interlocked.Read(ref renewed)} |"));
        }

        return samples;
    }

    /// <summary>Waits until every watcher has seen the leases and all their renewals.</summary>
    /// <returns>How many events are still missing after a minute.</returns>
    private async Task<long> MissedAsync(CancellationToken cancellationToken)
    {
        var wanted = RenewalsPerSecond + renewed;
        var start = Stopwatch.GetTimestamp();
        long missed;
        while ((missed = seen.Sum(s => Math.Max(0, wanted - s))) > 0 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(1))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
        }

        return missed;
    }

    /// <summary>Memory is judged once history is full, disk all the time. The collector lets garbage of the oldest generation gather
    /// before it takes it away, so the means of both halves of that time are compared.</summary>
    private static bool IsFlat(List<Sample> samples)
    {
        var full = samples.Where(s => s.At > HistoryAge).Select(s => s.Memory).ToList();
        var disk = samples.Max(s => s.Disk);
        var isFlat = disk < DiskMebibytesMax;
        if (full.Count > 1)
        {
            var (former, latter) = (full[..(full.Count / 2)].Average(), full[(full.Count / 2)..].Average());
            var change = (latter - former) / former;
            isFlat &= Math.Abs(change) <= MemoryChangeMax;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"memory from minute 5 on: {full.Min():0}-{full.Max():0} MiB, mean of the first half {former:0} MiB, "
                + $"of the second {latter:0} MiB ({change:+0.0%;-0.0%}, goal {MemoryChangeMax:P0})"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"disk: at most {disk:0.0} MiB (goal {DiskMebibytesMax:0} MiB)"));
        return isFlat;
    }

    private static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"lease-{i:D3}");

    private sealed record Sample(TimeSpan At, double Memory, double Disk);
}
