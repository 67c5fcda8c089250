using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Clients;

/// <summary>Ten thousand ConfigMaps of which some are there from the beginning, some come, some change and some go.</summary>
internal sealed class ManyObjects(HttpClient http, string space) : IDisposable
{
    private const int First = 8000;
    private const int Writes = 4000;
    private const int WritesPerSecond = 500;
    private const int Writers = 16;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly TaskCompletionSource half = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string path = $"api/v1/namespaces/{space}/configmaps";

    /// <summary>Done when half of the changes are written.</summary>
    public Task Half => half.Task;

    public void Dispose() => http.Dispose();

    /// <summary>Creates those that are there from the beginning.</summary>
    public Task CreateFirstAsync() => EachAsync(0, First, CreateAsync);

    /// <summary>Writes the changes at an even pace, the object <c>last</c> at the end. Writes that a server which ends does not answer
    /// are repeated.</summary>
    /// <returns>How many there were a second.</returns>
    public async Task<double> ChangeAsync()
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var start = Stopwatch.GetTimestamp();
        for (var done = 0; done < Writes; await tick.WaitForNextTickAsync())
        {
            var due = Math.Min(Writes, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * WritesPerSecond) + 1);
            await EachAsync(done, due, ChangeAsync);
            done = due;
            if (done >= Writes / 2)
            {
                half.TrySetResult();
            }
        }

        var rate = Writes / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await WriteAsync(HttpMethod.Post, path, ConfigMap("last"), HttpStatusCode.Conflict);
        return rate;
    }

    /// <summary>What the server has, in the words of the clients: how many objects, and a hash of their names and values.</summary>
    public async Task<string> StateAsync()
    {
        var list = JsonNode.Parse(await http.GetStringAsync(path + "?labelSelector=made"))!["items"]!.AsArray();
        var lines = list.Select(i => $"{i!["metadata"]!["name"]}={i["data"]!["v"]}\n").Order(StringComparer.Ordinal).ToList();
        lines.Count.ShouldBe(First + (Writes / 2) - (Writes / 4) + 1);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines)));
        return string.Create(CultureInfo.InvariantCulture, $"state {lines.Count} {Convert.ToHexStringLower(hash)}");
    }

    private static Task EachAsync(int from, int to, Func<int, Task> write) =>
        Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (i, _) => await write(i));

    private Task CreateAsync(int i) => WriteAsync(HttpMethod.Post, path, ConfigMap(NameOf(i)), HttpStatusCode.Conflict);

    /// <summary>One object comes with every second change; the others change or go in turn.</summary>
    private Task ChangeAsync(int i) => (i % 4) switch
    {
        0 or 2 => CreateAsync(First + (i / 2)),
        1 => WriteAsync(
            HttpMethod.Patch, $"{path}/{NameOf((First / 2) + i)}", $$$"""{"data":{"v":"{{{i}}}"}}""", HttpStatusCode.OK),
        _ => WriteAsync(HttpMethod.Delete, $"{path}/{NameOf(i)}", null, HttpStatusCode.NotFound),
    };

    /// <summary>Sends a request until it is answered.</summary>
    /// <param name="again">The answer when it had been done before but nobody said so.</param>
    private async Task WriteAsync(HttpMethod method, string target, string? body, HttpStatusCode again)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(method, target);
                if (body is not null)
                {
                    request.Content = new StringContent(
                        body, Encoding.UTF8, method == HttpMethod.Patch ? Running.Wire.MergePatch : "application/json");
                }

                using var response = await http.SendAsync(request, deadline.Token);
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    response.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Created, again);
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The server is away.
            }

            await pause.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"c{i:D5}");

    private static string ConfigMap(string name) =>
        $$$"""{"metadata":{"name":"{{{name}}}","labels":{"made":"here"}},"data":{"v":"0"}}""";
}
