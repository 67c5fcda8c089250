using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

[Trait("Category", "RealParts")]
public sealed class DurabilityTests : IDisposable
{
    private const int Rounds = 5;
    private const int Writers = 8;
    private const int CreatedPerRoundMin = 40;
    private static readonly Uri ConfigMaps = new("api/v1/namespaces/default/configmaps", UriKind.Relative);
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-durability-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [OwnServerFact]
    public async Task Every_acknowledged_object_survives_kill_9()
    {
        var credentials = new ServerCredentials(Path.Combine(folder, "credentials"));
        var acknowledged = new ConcurrentDictionary<string, string>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await ServerProcess.StartAsync(credentials, Path.Combine(folder, "data"));
            using var http = Server.Http(server.Address, credentials, credentials.Admin);
            (await StoredAsync(http)).ShouldBeSupersetOf(acknowledged);

            var before = acknowledged.Count;
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var writers = Enumerable.Range(0, Writers)
                .Select(writer => WriteUntilKilledAsync(http, $"r{round}-w{writer}", acknowledged, () =>
                {
                    if (acknowledged.Count >= before + CreatedPerRoundMin)
                    {
                        enough.TrySetResult();
                    }
                }))
                .ToList();
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(60));
            await server.KillAsync();
            await Task.WhenAll(writers);
        }

        await using var last = await ServerProcess.StartAsync(credentials, Path.Combine(folder, "data"));
        using var reader = Server.Http(last.Address, credentials, credentials.Admin);
        (await StoredAsync(reader)).ShouldBeSupersetOf(acknowledged);
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(Rounds * CreatedPerRoundMin);
    }

    private static async Task WriteUntilKilledAsync(
        HttpClient http, string writer, ConcurrentDictionary<string, string> acknowledged, Action written)
    {
        for (var i = 0; ; i++)
        {
            var name = $"{writer}-{i}";
            using var content = new StringContent(
                $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"},"data":{"k":"{{new string('x', 2000)}}"} }""",
                Encoding.UTF8,
                "application/json");
            try
            {
                using var response = await http.PostAsync(ConfigMaps, content);
                var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
                response.StatusCode.ShouldBe(HttpStatusCode.Created, answer.ToJsonString());
                acknowledged[name] = answer["metadata"]!["uid"]!.GetValue<string>();
                written();
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                return;
            }
        }
    }

    private static async Task<Dictionary<string, string>> StoredAsync(HttpClient http) =>
        JsonNode.Parse(await http.GetStringAsync(ConfigMaps))!["items"]!.AsArray().ToDictionary(
            item => item!["metadata"]!["name"]!.GetValue<string>(),
            item => item!["metadata"]!["uid"]!.GetValue<string>());
}

internal static class StoredObjects
{
    /// <summary>All objects that were promised are there, and they are the same ones.</summary>
    public static void ShouldBeSupersetOf(
        this IReadOnlyDictionary<string, string> stored, IReadOnlyDictionary<string, string> promised) =>
        promised.Where(p => stored.GetValueOrDefault(p.Key) != p.Value).Select(p => p.Key).ShouldBeEmpty();
}
