using System.Text.Json.Nodes;

namespace Hortus.Conformance.Tests.Running;

/// <summary>Watches ConfigMaps, and after each break goes on from the last version it has seen, as clients do.</summary>
internal sealed class ResumingWatcher
{
    private const string Path = "api/v1/namespaces/default/configmaps?watch=true&resourceVersion=";
    private long last = 1;

    /// <summary>Version of each object as the events tell it.</summary>
    public Dictionary<string, long> State { get; } = [];

    /// <summary>Every version seen.</summary>
    public HashSet<long> Seen { get; } = [];

    /// <summary>Versions that came twice, or after a newer one.</summary>
    public List<long> Repeats { get; } = [];

    /// <summary>Watches until the server is gone.</summary>
    public async Task RunAsync(HttpClient http)
    {
        try
        {
            await ReadAsync(http, long.MaxValue);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // Killed.
        }
    }

    /// <summary>Watches until a version has been seen.</summary>
    public Task UntilAsync(HttpClient http, long version) => ReadAsync(http, version).WaitAsync(TimeSpan.FromSeconds(30));

    private async Task ReadAsync(HttpClient http, long until)
    {
        if (last >= until)
        {
            return;
        }

        await using var stream = await http.GetStreamAsync(Path + last);
        using var reader = new StreamReader(stream);
        while (last < until && await reader.ReadLineAsync() is { } line)
        {
            if (Parse(line) is { } change)
            {
                See(change["type"]!.ToString(), StoredConfigMap.Of(change["object"]!));
            }
        }
    }

    // The last line before a kill may be cut off: it has not been seen.
    private static JsonNode? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private void See(string type, StoredConfigMap item)
    {
        type.ShouldBeOneOf("ADDED", "MODIFIED");
        if (item.Version <= last)
        {
            Repeats.Add(item.Version);
        }

        // An object that is known is changed, one that is not is new: anything else is a gap.
        State.ContainsKey(item.Name).ShouldBe(type == "MODIFIED", $"{type} {item.Name}");
        item.IsWhole.ShouldBeTrue(item.Name);
        State[item.Name] = item.Version;
        Seen.Add(item.Version);
        last = item.Version;
    }
}
