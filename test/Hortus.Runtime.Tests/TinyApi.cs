using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hortus.Client;

namespace Hortus.Runtime.Tests;

/// <summary>The part of an API server that caches and leases need, with faults on demand: any kind, objects as JSON,
/// versions that count up, optimistic locks, merge patches, watches that can be cut or expire.</summary>
internal sealed class TinyApi : HttpMessageHandler
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, JsonObject> objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Collection, string Line)> history = [];
    private readonly List<(string Collection, Channel<string> Lines)> watches = [];
    private long version = 10;
    private long oldest;

    /// <summary>All requests as method and path.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Answers with this code instead of serving; null serves.</summary>
    public HttpStatusCode? Fault { get; set; }

    /// <summary>Gets every request before it is served.</summary>
    public Func<string, Task>? Before { get; set; }

    public KubernetesClient Client(string name = "test") =>
        new(this, new ClientConnection
        {
            Server = new Uri(
            "http://api.local")
        }, new ClientOptions { UserAgent = name });

    public void Put(string path, JsonObject value)
    {
        lock (gate)
        {
            Write(path, value, objects.ContainsKey(path) ? "MODIFIED" : "ADDED");
        }
    }

    public void Delete(string path)
    {
        lock (gate)
        {
            if (objects.Remove(path, out var last))
            {
                Tell(path, last, "DELETED");
            }
        }
    }

    public JsonObject? Get(string path)
    {
        lock (gate)
        {
            return (JsonObject?)objects.GetValueOrDefault(path)?.DeepClone();
        }
    }

    public int Watches
    {
        get
        {
            lock (gate)
            {
                return watches.Count;
            }
        }
    }

    /// <summary>Ends all watches as a restarting server does.</summary>
    public void CutWatches()
    {
        lock (gate)
        {
            watches.ForEach(w => w.Lines.Writer.TryComplete());
            watches.Clear();
        }
    }

    /// <summary>Forgets all changes so far: watches that resume from before get 410.</summary>
    public void Compact()
    {
        lock (gate)
        {
            oldest = version;
            history.Clear();
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath;
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        if (Before is { } before)
        {
            await before($"{request.Method} {path}");
        }

        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            Requests.Add($"{request.Method} {request.RequestUri.PathAndQuery}");
            if (Fault is { } code)
            {
                return Status(code, "fault");
            }

            return request.Method.Method switch
            {
                "GET" when request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal) =>
                    Watch(path, request.RequestUri.Query),
                "GET" when objects.TryGetValue(path, out var value) => Answer(value),
                "GET" when IsCollection(path) => List(path),
                "POST" => Create(path, Parse(body)),
                "PUT" => Update(path, Parse(body)),
                "PATCH" => Patch(path, Parse(body), request.Content!.Headers.ContentType!.MediaType!),
                _ => Status(HttpStatusCode.NotFound, "NotFound"),
            };
        }
    }

    private static bool IsCollection(string path) =>
        path.Split('/').Length % 2 == (path.StartsWith("/apis", StringComparison.Ordinal) ? 1 : 0);

    private HttpResponseMessage List(string collection)
    {
        var items = objects.Where(o => IsIn(o.Key, collection)).Select(o => o.Value.DeepClone()).ToArray();
        return Answer(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}" },
            ["items"] = new JsonArray(items),
        });
    }

    private HttpResponseMessage Watch(string collection, string query)
    {
        var from = long.Parse(System.Web.HttpUtility.ParseQueryString(query)["resourceVersion"] ?? "0");
        var lines = Channel.CreateUnbounded<string>();
        if (from < oldest)
        {
            lines.Writer.TryWrite("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}""");
            lines.Writer.TryComplete();
        }
        else
        {
            foreach (var change in history.Where(h => h.Version > from && IsIn(h.Collection, collection)))
            {
                lines.Writer.TryWrite(change.Line);
            }

            watches.Add((collection, lines));
        }

        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new LineStream(lines.Reader)) };
    }

    private HttpResponseMessage Create(string collection, JsonObject value)
    {
        var path = $"{collection}/{value["metadata"]!["name"]}";
        return objects.ContainsKey(
            path) ? Status(HttpStatusCode.Conflict, "AlreadyExists") : Write(path, value, "ADDED");
    }

    private HttpResponseMessage Update(string path, JsonObject value) =>
        !objects.TryGetValue(path, out var old) ? Status(HttpStatusCode.NotFound, "NotFound")
        : value["metadata"]?["resourceVersion"]?.GetValue<string>() is { } wanted && wanted != Version(old)
            ? Status(HttpStatusCode.Conflict, "Conflict")
            : Write(path, value, "MODIFIED");

    private HttpResponseMessage Patch(string path, JsonObject patch, string type)
    {
        if (!objects.TryGetValue(path, out var old) && !type.Contains("apply", StringComparison.Ordinal))
        {
            return Status(HttpStatusCode.NotFound, "NotFound");
        }

        if (patch["metadata"]?["resourceVersion"]?.GetValue<string>() is { } wanted && wanted != Version(old!))
        {
            return Status(HttpStatusCode.Conflict, "Conflict");
        }

        return Write(path, Merge((JsonObject?)old?.DeepClone() ?? [], patch), old is null ? "ADDED" : "MODIFIED");
    }

    private static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            target[key] = value is JsonObject nested && target[key] is JsonObject old
                ? Merge((JsonObject)old.DeepClone(), nested)
                : value?.DeepClone();
        }

        return target;
    }

    private HttpResponseMessage Write(string path, JsonObject value, string type)
    {
        value = (JsonObject)value.DeepClone();
        var metadata = (JsonObject)(value["metadata"] ??= new JsonObject());
        var parts = path.Split('/');
        metadata["name"] ??= parts[^1];
        if (Array.IndexOf(parts, "namespaces") is > 0 and var at && at < parts.Length - 2)
        {
            metadata["namespace"] ??= parts[at + 1];
        }

        metadata["uid"] ??= objects.GetValueOrDefault(path)?["metadata"]?["uid"]?.DeepClone() ?? $"uid-{version}";
        objects[path] = value;
        Tell(path, value, type);
        return Answer(value, type == "ADDED" ? HttpStatusCode.Created : HttpStatusCode.OK);
    }

    private void Tell(string path, JsonObject value, string type)
    {
        value["metadata"]!["resourceVersion"] = $"{++version}";
        var line = new JsonObject { ["type"] = type, ["object"] = value.DeepClone() }.ToJsonString();
        history.Add((version, path, line));
        foreach (var watch in watches.Where(w => IsIn(path, w.Collection)))
        {
            watch.Lines.Writer.TryWrite(line);
        }
    }

    // A collection over all namespaces has the namespaces part of the object's path left out.
    private static bool IsIn(string path, string collection)
    {
        var parts = path.Split('/');
        var at = Array.IndexOf(parts, "namespaces");
        var own = string.Join('/', parts[..^1]);
        var all = at > 0 && at < parts.Length - 2 ? string.Join('/', [.. parts[..at], .. parts[(at + 2)..^1]]) : own;
        return collection == own || collection == all;
    }

    private static string? Version(JsonObject value) => value["metadata"]?["resourceVersion"]?.GetValue<string>();

    private static JsonObject Parse(string? body) => (JsonObject)JsonNode.Parse(body!)!;

    private static HttpResponseMessage Answer(JsonObject value, HttpStatusCode code = HttpStatusCode.OK) =>
        new(code) { Content = new StringContent(value.ToJsonString(), Encoding.UTF8, "application/json") };

    private static HttpResponseMessage Status(HttpStatusCode code, string reason) =>
        Answer(new JsonObject
        {
            ["kind"] = "Status",
            ["code"] = (
            int)code,
            ["reason"] = reason,
            ["message"] = reason
        }, code);

    /// <summary>A response body whose lines come from a channel.</summary>
    private sealed class LineStream(ChannelReader<string> lines) : Stream
    {
        private ReadOnlyMemory<byte> rest;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (rest.IsEmpty)
            {
                if (!await lines.WaitToReadAsync(cancellationToken) || !lines.TryRead(out var line))
                {
                    return 0;
                }

                rest = Encoding.UTF8.GetBytes(line + "\n");
            }

            var count = Math.Min(buffer.Length, rest.Length);
            rest[..count].CopyTo(buffer);
            rest = rest[count..];
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
