using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.Benchmarks.ApiServer;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Testing;

namespace Hortus.Benchmarks.ManagedResources;

/// <summary>
/// The built resource manager on the built API server, with the store on disk: how fast objects are applied and repaired, and what
/// looks cost at which nothing has changed.
/// </summary>
internal static class ManagedResourceBenchmark
{
    private const int Resources = 500;
    private const int ObjectsEach = 20;
    private const int Drifts = 50;
    private static readonly TimeSpan SyncPeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await MeasuredServer.StartHortusAsync(new Cores(AreApart: false), cancellationToken);
        var connection = new ClientConnection
        {
            Server = server.Address,
            InsecureSkipTlsVerify = true,
            Token = MeasuredServer.AdminToken,
        };
        using var client = new KubernetesClient(connection, new ClientOptions { UserAgent = "bench" });
        var kubeconfig = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(kubeconfig, Kubeconfig(server), cancellationToken);
            await WriteAsync(client, cancellationToken);
            await using (var manager = MeasuredManager.Start(kubeconfig))
            {
                await MeasureApplyAsync(server, client, manager, cancellationToken);
                await MeasureDriftAsync(client, cancellationToken);
                Print("memory of the resource manager", $"{manager.Memory:0} MiB");
            }

            await using (var manager = MeasuredManager.Start(kubeconfig, $"--sync-period={SyncPeriod.TotalSeconds:0}s"))
            {
                await MeasureQuietAsync(server, manager, cancellationToken);
            }

            return 0;
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    private static async Task WriteAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        await CustomKinds.InstallAsync(client, [typeof(ManagedResource)], cancellationToken);
        var writer = new ManagedResourceWriter(client, "bench");
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, Resources), cancellationToken, async (i, token) =>
            await writer.WriteAsync(
                new ManagedResourceSettings { Key = new ObjectKey("default", $"bench-{i}") }, ManifestBundle.Of(Objects(i)), token));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Print($"{Resources} ManagedResources with {ObjectsEach} objects each written", $"{Resources / seconds:0}/s");
    }

    private static async Task MeasureApplyAsync(
        MeasuredServer server, KubernetesClient client, MeasuredManager manager, CancellationToken cancellationToken)
    {
        var before = await MeasuredManager.RequestsAsync(server, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await AllAppliedAsync(client, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var requests = await MeasuredManager.RequestsAsync(server, cancellationToken) - before;
        Print("objects applied, from the start of the process", $"{Resources * ObjectsEach / seconds:0}/s ({seconds:0.0} s)");
        Print("requests for an object", $"{requests / (Resources * ObjectsEach):0.00}");
        Print("processor time for an object", $"{manager.ProcessorTime.TotalMilliseconds / (Resources * ObjectsEach):0.00} ms");
    }

    private static async Task AllAppliedAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var left = Enumerable.Range(0, Resources).Select(i => $"bench-{i}").ToHashSet();
        await foreach (var change in client.WatchAsync<ManagedResource>(new WatchOptions { Namespace = "default" }, cancellationToken))
        {
            var status = change.Object.Status;
            if (status?.ObservedGeneration == change.Object.Metadata.Generation
                && status?.Conditions?.Any(c => c is { Type: ManagedResourceConditions.Healthy, Status: "True" }) == true
                && left.Remove(change.Object.Metadata.Name!) && left.Count == 0)
            {
                return;
            }
        }
    }

    // Somebody changes an object; how long until it is as it should be again?
    private static async Task MeasureDriftAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var times = new List<double>();
        for (var i = 0; i < Drifts; i++)
        {
            var key = new ObjectKey("default", $"map-{i * 7 % Resources}-3");
            var version = (await client.GetAsync<ConfigMap>(key, cancellationToken)).Metadata.ResourceVersion;
            var options = new WatchOptions { Namespace = "default", FieldSelector = $"metadata.name={key.Name}", ResourceVersion = version };
            var repaired = RepairedAsync(client, options, cancellationToken);
            var start = Stopwatch.GetTimestamp();
            var data = new JsonObject { ["data"] = new JsonObject { ["drift"] = "x" } };
            await client.PatchAsync<ConfigMap>(key, Patch.Merge(data), cancellationToken);
            await repaired;
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        Print($"a changed object is as it should be again ({Drifts} times)", $"median {times[Drifts / 2]:0} ms, slowest {times[^1]:0} ms");
    }

    private static async Task RepairedAsync(KubernetesClient client, WatchOptions options, CancellationToken cancellationToken)
    {
        var hasDrifted = false;
        await foreach (var change in client.WatchAsync<ConfigMap>(options, cancellationToken))
        {
            var isDrifted = change.Object.Data?.ContainsKey("drift") == true;
            if (hasDrifted && !isDrifted)
            {
                return;
            }

            hasDrifted |= isDrifted;
        }
    }

    private static async Task MeasureQuietAsync(MeasuredServer server, MeasuredManager manager, CancellationToken cancellationToken)
    {
        // The first look after a start is a thorough one.
        var start = Stopwatch.GetTimestamp();
        var before = await MeasuredManager.RequestsAsync(server, cancellationToken);
        double last;
        do
        {
            last = await MeasuredManager.RequestsAsync(server, cancellationToken);
            await Task.Delay(SyncPeriod, TimeProvider.System, cancellationToken);
        }
        while (await MeasuredManager.RequestsAsync(server, cancellationToken) > last);
        var seconds = (Stopwatch.GetElapsedTime(start) - SyncPeriod).TotalSeconds;
        Print("requests after a restart, for an object", $"{(last - before) / (Resources * ObjectsEach):0.00} (at most {seconds:0} s)");

        var (requests, looks) = (
            await MeasuredManager.RequestsAsync(server, cancellationToken), await manager.ReconcilesAsync(cancellationToken));
        var processor = manager.ProcessorTime;
        await Task.Delay(QuietTime, TimeProvider.System, cancellationToken);
        looks = await manager.ReconcilesAsync(cancellationToken) - looks;
        requests = await MeasuredManager.RequestsAsync(server, cancellationToken) - requests;
        Print("looks at ManagedResources to which nothing happened", $"{looks:0}");
        Print("requests in that time", $"{requests:0}");
        Print("processor time for such a look", $"{(manager.ProcessorTime - processor).TotalMilliseconds / looks:0.00} ms");
    }

    private static IEnumerable<KubernetesObject> Objects(int resource)
    {
        for (var i = 0; i < ObjectsEach; i++)
        {
            yield return (i % 5) switch
            {
                3 or 1 => new ConfigMap
                {
                    Metadata = Named($"map-{resource}-{i}"),
                    Data = Enumerable.Range(0, 10).ToDictionary(k => $"key-{k}", k => $"value {resource * k} of {i}"),
                },
                2 => new Role
                {
                    Metadata = Named($"role-{resource}-{i}"),
                    Rules = [new PolicyRule { ApiGroups = ["apps"], Resources = ["deployments"], Verbs = ["get", "list", "watch"] }],
                },
                4 => new Secret
                {
                    Metadata = Named($"secret-{resource}-{i}"),
                    StringData = new Dictionary<string, string> { ["password"] = $"{resource * 7919}" },
                },
                _ => new ServiceAccount { Metadata = Named($"account-{resource}-{i}") },
            };
        }
    }

    private static ObjectMeta Named(string name) => new() { Namespace = "default", Name = name };

    private static string Kubeconfig(MeasuredServer server) => $$"""
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "{{server.Address}}", insecure-skip-tls-verify: true} }]
        users: [{name: u, user: {token: {{MeasuredServer.AdminToken}}} }]
        contexts: [{name: c, context: {cluster: c, user: u} }]
        current-context: c
        """;

    private static void Print(string what, FormattableString figure) =>
        Console.WriteLine($"| {what} | {figure.ToString(CultureInfo.InvariantCulture)} |");
}
