using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Hortus.Benchmarks.ApiServer;

/// <summary>What one phase of a round took.</summary>
/// <param name="PerSecond">Operations per second over all clients.</param>
/// <param name="P50">Median latency in ms.</param>
/// <param name="P99">99th percentile in ms.</param>
/// <param name="Processor">Processor time of the server per operation in ms.</param>
/// <param name="ClientProcessor">Processor time of clients and watchers per operation in ms.</param>
internal sealed record PhaseResult(double PerSecond, double P50, double P99, double Processor, double ClientProcessor);

/// <summary>What a round took.</summary>
/// <param name="Phases">By name.</param>
/// <param name="WatchLag">How long after the last create was answered all watchers had seen all objects.</param>
/// <param name="Resumed">How often a watch was ended by the server and taken up again.</param>
internal sealed record RoundResult(Dictionary<string, PhaseResult> Phases, TimeSpan WatchLag, int Resumed);

/// <summary>The operations of issue and specification: ConfigMaps of 1 KiB, many clients, watchers that see every change.</summary>
internal sealed class Workload(MeasuredServer server, WorkloadSize size) : IDisposable
{
    /// <summary>Names of the phases, in order.</summary>
    public static readonly string[] Phases =
        ["create", "get", "merge patch", "apply", "list all", "list by label", "delete"];

    private const int Parts = 20;
    private const int WarmUpOperations = 300;
    private static readonly string Filler = string.Concat(Enumerable.Repeat("0123456789abcdef", 64));
    private readonly BenchClient[] clients = [.. Enumerable.Range(0, size.Clients).Select(_ => new BenchClient(server.Address))];

    /// <summary>Gives the measuring user its rights.</summary>
    public static async Task PrepareAsync(MeasuredServer server, CancellationToken cancellationToken)
    {
        using var http = BenchClient.NewHttp(server.Address, MeasuredServer.AdminToken);
        using var binding = new StringContent(
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"bench"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"Group","name":"benchers"}]}
            """,
            Encoding.UTF8,
            "application/json");
        using var answer = await http.PostAsync(
            new Uri("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", UriKind.Relative), binding, cancellationToken);
        answer.EnsureSuccessStatusCode();

        // The right takes effect a moment after it was given.
        using var user = BenchClient.NewHttp(server.Address, MeasuredServer.UserToken);
        while (!(await user.GetAsync(new Uri("/api/v1/namespaces", UriKind.Relative), cancellationToken)).IsSuccessStatusCode)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>One round in a namespace of its own.</summary>
    public async Task<RoundResult> RunAsync(
        string name, CancellationToken cancellationToken)
    {
        await CreateNamespaceAsync(name, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = new int[size.Watchers];
        var watching = await StartWatchesAsync(name, events, end.Token);
        var path = $"/api/v1/namespaces/{name}/configmaps";

        // Connections are open before the clock runs: a handshake costs as much as dozens of operations.
        await PhaseAsync(WarmUpOperations, (client, _) => client.SendAsync(
            HttpMethod.Get, $"/api/v1/namespaces/{name}", default, "", cancellationToken));

        // Made before the clock runs, too: what a client spends on making them is not the server's.
        var created = ConfigMaps("created");
        var applied = ConfigMaps("applied");
        var results = new Dictionary<string, PhaseResult>
        {
            ["create"] = await PhaseAsync(size.Objects, (client, i) => client.SendAsync(
                HttpMethod.Post, path, created[i], "application/json", cancellationToken)),
        };
        var lag = await WaitForWatchersAsync(events, cancellationToken);
        results["get"] = await PhaseAsync(size.Objects, (client, i) => client.SendAsync(
            HttpMethod.Get, $"{path}/{NameOf((i * 7919) % size.Objects)}", default, "", cancellationToken));
        results["merge patch"] = await PhaseAsync(size.Objects, (client, i) => client.SendAsync(
            HttpMethod.Patch, $"{path}/{NameOf(i)}", "{\"data\":{\"state\":\"patched\"}}"u8.ToArray(),
            "application/merge-patch+json", cancellationToken));
        results["apply"] = await PhaseAsync(size.Objects, (client, i) => client.SendAsync(
            HttpMethod.Patch, $"{path}/{NameOf(i)}?fieldManager=bench&force=true", applied[i],
            "application/apply-patch+yaml", cancellationToken));
        results["list all"] = await PhaseAsync(size.Lists, (client, _) => client.SendAsync(
            HttpMethod.Get, path, default, "", cancellationToken));
        results["list by label"] = await PhaseAsync(size.Lists * 5, (client, i) => client.SendAsync(
            HttpMethod.Get, $"{path}?labelSelector=part%3D{i % Parts}", default, "", cancellationToken));
        results["delete"] = await PhaseAsync(size.Objects, (client, i) => client.SendAsync(
            HttpMethod.Delete, $"{path}/{NameOf(i)}", default, "", cancellationToken));
        await end.CancelAsync();
        return new RoundResult(results, lag, (await watching).Sum());
    }

    /// <summary>Runs operations on all clients, each taking the next one when it is free.</summary>
    public async Task<PhaseResult> PhaseAsync(int count, Func<BenchClient, int, Task<long>> operation)
    {
        var latencies = new double[count];
        var next = -1;
        var (processor, ownProcessor) = (server.ProcessorTime, Environment.CpuUsage.TotalTime);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(clients.Select(client => Task.Run(async () =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < count)
            {
                var began = Stopwatch.GetTimestamp();
                await operation(client, i);
                latencies[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        })));
        var elapsed = Stopwatch.GetElapsedTime(start);
        Array.Sort(latencies);
        return new PhaseResult(
            count / elapsed.TotalSeconds,
            latencies[count / 2],
            latencies[(int)(count * 0.99)],
            (server.ProcessorTime - processor).TotalMilliseconds / count,
            (Environment.CpuUsage.TotalTime - ownProcessor).TotalMilliseconds / count);
    }

    private byte[][] ConfigMaps(string state) => [.. Enumerable.Range(0, size.Objects).Select(i => ConfigMap(i, state))];

    /// <summary>A ConfigMap of 1 KiB.</summary>
    public static byte[] ConfigMap(int i, string state) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject
        {
            ["name"] = NameOf(i),
            ["labels"] = new JsonObject
            {
                ["app"] = "bench",
                ["part"] = (i % Parts).ToString(CultureInfo.InvariantCulture),
            },
        },
        ["data"] = new JsonObject { ["state"] = state, ["text"] = Filler },
    }.ToJsonString());

    public static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"object-{i:D6}");

    /// <summary>Creates a namespace.</summary>
    public Task CreateNamespaceAsync(string name, CancellationToken cancellationToken) => clients[0].SendAsync(
        HttpMethod.Post,
        "/api/v1/namespaces",
        Encoding.UTF8.GetBytes($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"}}"""),
        "application/json",
        cancellationToken);

    public void Dispose()
    {
        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    private async Task<Task<int[]>> StartWatchesAsync(string name, int[] events, CancellationToken end)
    {
        var opened = new List<Task>();
        var watches = new List<Task<int>>();
        for (var i = 0; i < size.Watchers; i++)
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
                            $"/api/v1/namespaces/{name}/configmaps?watch=1&allowWatchBookmarks=false",
                            count => Interlocked.Add(ref events[watcher], count),
                            open,
                            end);
                    }
                },
                CancellationToken.None));
            opened.Add(open.Task);
        }

        await Task.WhenAll(opened);
        return Task.WhenAll(watches);
    }

    private async Task<TimeSpan> WaitForWatchersAsync(int[] events, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (!Array.TrueForAll(events, count => Volatile.Read(ref count) >= size.Objects))
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(60))
            {
                throw new InvalidOperationException(
                    $"after 60 s watchers have seen {events.Min()} to {events.Max()} of {size.Objects} objects");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(start);
    }
}

/// <summary>How much is asked of a server in a round.</summary>
/// <param name="Objects">Objects created, read, patched, applied and deleted.</param>
/// <param name="Lists">Lists of all objects; five times as many with a label selector.</param>
/// <param name="Clients">Clients that work at the same time.</param>
/// <param name="Watchers">Clients that watch all the while.</param>
internal sealed record WorkloadSize(int Objects, int Lists, int Clients, int Watchers);
