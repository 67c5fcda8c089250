using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Charts;

/// <summary>
/// Keeps what another renderer made: equal releases are rendered once, also when many ask at a time. Charts that draw random values
/// therefore keep them as long as nothing else of the release changes. Failures are not kept.
/// </summary>
/// <param name="inner">Renders.</param>
/// <param name="bytesMax">Most bytes of rendered objects, as JSON text, that are kept; the least recently used go first.</param>
public sealed class CachedRenderer(IChartRenderer inner, long bytesMax = CachedRenderer.BytesMaxDefault) : IChartRenderer
{
    /// <summary>Room for some hundred charts.</summary>
    public const long BytesMaxDefault = 32 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> byUse = new();
    private readonly Dictionary<string, Task<RenderedChart>> running = new(StringComparer.Ordinal);
    private long bytes;

    public async Task<RenderedChart> RenderAsync(ChartRelease release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        var key = KeyOf(release);
        Task<RenderedChart>? task;
        lock (gate)
        {
            if (entries.TryGetValue(key, out var node))
            {
                byUse.Remove(node);
                byUse.AddFirst(node);
                task = Task.FromResult(node.Value.Chart);
            }
            else if (!running.TryGetValue(key, out task))
            {
                // Nobody's cancellation: others may wait for the same. The renderer's own time limit ends it.
                task = Task.Run(() => RunAsync(key, release), CancellationToken.None);
                running[key] = task;
            }
        }

        return (await task.WaitAsync(cancellationToken)).Copy();
    }

    private async Task<RenderedChart> RunAsync(string key, ChartRelease release)
    {
        try
        {
            var chart = await inner.RenderAsync(release, CancellationToken.None);
            Keep(key, chart);
            return chart;
        }
        finally
        {
            lock (gate)
            {
                running.Remove(key);
            }
        }
    }

    private void Keep(string key, RenderedChart chart)
    {
        var size = chart.Objects.Sum(o => (long)Encoding.UTF8.GetByteCount(o.Json.ToJsonString()));
        lock (gate)
        {
            if (size > bytesMax || entries.ContainsKey(key))
            {
                return;
            }

            entries[key] = byUse.AddFirst(new Entry(key, chart, size));
            bytes += size;
            while (bytes > bytesMax && byUse.Last is { } last)
            {
                byUse.RemoveLast();
                entries.Remove(last.Value.Key);
                bytes -= last.Value.Size;
            }
        }
    }

    // Values are hashed and not kept: they hold secrets. The order of their keys says nothing.
    private static string KeyOf(ChartRelease release)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, release.Digest);
        Append(hash, release.Name);
        Append(hash, release.Namespace);
        Append(hash, release.KubernetesVersion);
        Append(hash, string.Join('\n', release.ApiVersions));
        Append(hash, Sorted(release.Values)!.ToJsonString(KubernetesJson.Options));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string part)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(part.Length.ToString(CultureInfo.InvariantCulture) + ":"));
        hash.AppendData(Encoding.UTF8.GetBytes(part));
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(
            map.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, Sorted(f.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private sealed record Entry(string Key, RenderedChart Chart, long Size);
}
