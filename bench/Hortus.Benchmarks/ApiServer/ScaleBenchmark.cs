using System.Globalization;

namespace Hortus.Benchmarks.ApiServer;

/// <summary>What an operation costs when the store holds more and more objects: it should cost the same.</summary>
internal static class ScaleBenchmark
{
    private const int PerNamespace = 1000;
    private const int Operations = 2000;
    private static readonly int[] Steps = [1_000, 10_000, 100_000];
    private static readonly WorkloadSize Size = new(Operations, Lists: 0, Clients: 16, Watchers: 0);

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await MeasuredServer.StartHortusAsync(new Cores(AreApart: false), cancellationToken);
        await Workload.PrepareAsync(server, cancellationToken);
        using var workload = new Workload(server, Size);
        await MeasureAsync(workload, server, "warm-up", 0, cancellationToken);
        var filled = 0;
        foreach (var step in Steps)
        {
            filled = await FillAsync(workload, filled, step, cancellationToken);
            await MeasureAsync(workload, server, $"at-{step}", step, cancellationToken);
        }

        return 0;
    }

    private static async Task<int> FillAsync(Workload workload, int from, int to, CancellationToken cancellationToken)
    {
        for (var space = from / PerNamespace; space < to / PerNamespace; space++)
        {
            var name = $"fill-{space}";
            await workload.CreateNamespaceAsync(name, cancellationToken);
            await workload.PhaseAsync(PerNamespace, (client, i) => client.SendAsync(
                HttpMethod.Post, $"/api/v1/namespaces/{name}/configmaps", Workload.ConfigMap(i, "filled"),
                "application/json", cancellationToken));
        }

        return to;
    }

    private static async Task MeasureAsync(
        Workload workload, MeasuredServer server, string name, int present, CancellationToken cancellationToken)
    {
        await workload.CreateNamespaceAsync(name, cancellationToken);
        var path = $"/api/v1/namespaces/{name}/configmaps";
        var create = await workload.PhaseAsync(Operations, (client, i) => client.SendAsync(
            HttpMethod.Post, path, Workload.ConfigMap(i, "created"), "application/json", cancellationToken));
        var get = await workload.PhaseAsync(Operations, (client, i) => client.SendAsync(
            HttpMethod.Get, $"{path}/{Workload.NameOf(i)}", default, "", cancellationToken));
        var patch = await workload.PhaseAsync(Operations, (client, i) => client.SendAsync(
            HttpMethod.Patch, $"{path}/{Workload.NameOf(i)}", "{\"data\":{\"state\":\"patched\"}}"u8.ToArray(),
            "application/merge-patch+json", cancellationToken));
        var page = await workload.PhaseAsync(100, (client, _) => client.SendAsync(
            HttpMethod.Get, "/api/v1/configmaps?limit=500", default, "", cancellationToken));
        var delete = await workload.PhaseAsync(Operations, (client, i) => client.SendAsync(
            HttpMethod.Delete, $"{path}/{Workload.NameOf(i)}", default, "", cancellationToken));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {present} objects | create {Text(create)} | get {Text(get)} | merge patch {Text(patch)} | "
            + $"page of 500 {Text(page)} | delete {Text(delete)} | {server.Memory:0} MiB |"));
    }

    private static string Text(PhaseResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{result.PerSecond:0}/s, {result.Processor:0.000} ms of processor");
}
