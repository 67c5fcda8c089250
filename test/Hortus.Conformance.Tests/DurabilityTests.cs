using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;
using Hortus.Testing.Etcd;

namespace Hortus.Conformance.Tests;

/// <summary><c>hortus apiserver</c> is killed again and again while clients write and watch.</summary>
[Trait("Category", "RealParts")]
public sealed class DurabilityTests : IDisposable
{
    private const int RoundsDefault = 50;
    private const int RoundsOnEtcd = 8;
    private const int Writers = 16;
    private const int WrittenPerRoundMin = 40;
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    /// <summary>How often the server with its own store is killed; more than the default take <c>HORTUS_KILL_ROUNDS</c>.</summary>
    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("HORTUS_KILL_ROUNDS"), out var rounds) ? rounds : RoundsDefault;

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-durability-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [OwnServerFact]
    public async Task Kill_9_loses_no_answered_write_tears_none_and_watchers_see_each_change_once()
    {
        var credentials = new ServerCredentials(Path.Combine(folder, "credentials"));
        await KillRepeatedlyAsync(credentials, ["--data-dir", Path.Combine(folder, "data")], Rounds);
    }

    [OwnServerFact]
    public async Task On_etcd_kill_9_loses_no_answered_write_and_watchers_see_each_change_once()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var etcd = await EtcdCluster.StartAsync(1, isSecure: true, deadline.Token);
        var credentials = new ServerCredentials(Path.Combine(folder, "credentials"));
        await KillRepeatedlyAsync(credentials, ServerProcess.OnEtcd(etcd), RoundsOnEtcd);
    }

    private static async Task KillRepeatedlyAsync(ServerCredentials credentials, string[] store, int rounds)
    {
        var written = new WrittenObjects();
        var watcher = new ResumingWatcher();
        for (var round = 0; round < rounds; round++)
        {
            await using var server = await ServerProcess.StartOnAsync(credentials, store);
            using var http = Server.Http(server.Address, credentials, credentials.Admin);
            await RequireAllAsync(http, written);
            var watching = watcher.RunAsync(http);
            var enough = written.AtLeastMoreAsync(WrittenPerRoundMin);
            var writers = Enumerable.Range(0, Writers).Select(w => WriteUntilKilledAsync(http, $"r{round}-w{w}", written)).ToList();
            await enough.WaitAsync(TimeSpan.FromSeconds(60));
            await server.KillAsync();
            await Task.WhenAll(writers);
            await watching;
        }

        await using var last = await ServerProcess.StartOnAsync(credentials, store);
        using var reader = Server.Http(last.Address, credentials, credentials.Admin);
        var stored = await RequireAllAsync(reader, written);
        written.Count.ShouldBeGreaterThanOrEqualTo(rounds * WrittenPerRoundMin);

        // The watcher went on from its last version after every kill: it knows what the list knows, each version once.
        await watcher.UntilAsync(reader, stored.Values.Max(o => o.Version));
        watcher.State.Count.ShouldBe(stored.Count);
        foreach (var (name, item) in stored)
        {
            watcher.State[name].ShouldBe(item.Version, name);
        }

        watcher.Repeats.ShouldBeEmpty();
        written.Versions.Where(v => !watcher.Seen.Contains(v)).ShouldBeEmpty("versions that were answered and never watched");
    }

    private static async Task<Dictionary<string, StoredConfigMap>> RequireAllAsync(HttpClient http, WrittenObjects written)
    {
        var list = JsonNode.Parse(await http.GetStringAsync(ConfigMaps))!["items"]!.AsArray();
        var stored = list.Select(item => StoredConfigMap.Of(item!)).ToDictionary(o => o.Name);
        written.Missing(stored).ShouldBeEmpty();

        // A torn write would have half of its text.
        stored.Values.Where(o => !o.IsWhole).Select(o => o.Name).ShouldBeEmpty();
        return stored;
    }

    // Each writer makes objects and changes each of them twice.
    private static async Task WriteUntilKilledAsync(HttpClient http, string writer, WrittenObjects written)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                var name = $"{writer}-{i}";
                await SendAsync(http, HttpMethod.Post, ConfigMaps, StoredConfigMap.Body(name, 0), written);
                for (var change = 1; change <= 2; change++)
                {
                    await SendAsync(http, HttpMethod.Patch, $"{ConfigMaps}/{name}", StoredConfigMap.Change(change), written);
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The server is gone; what was not answered may or may not be there.
        }
    }

    private static async Task SendAsync(HttpClient http, HttpMethod method, string path, string body, WrittenObjects written)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = new StringContent(
                body, Encoding.UTF8, method == HttpMethod.Post ? "application/json" : "application/merge-patch+json"),
        };
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBeOneOf([HttpStatusCode.Created, HttpStatusCode.OK], answer);
        written.Add(StoredConfigMap.Of(JsonNode.Parse(answer)!));
    }
}
