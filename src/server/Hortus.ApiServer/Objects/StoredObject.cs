using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Storage;

namespace Hortus.ApiServer.Objects;

/// <summary>
/// One stored version of an object: its JSON bytes without resourceVersion and what reads need to know of it. The resource
/// version is written in on the way out, so lists and watches copy bytes and parse nothing. Kept with the store's value, so
/// that all readers of a version share one.
/// </summary>
internal sealed class StoredObject
{
    private readonly ReadOnlyMemory<byte> json;
    private readonly int apiVersionEnd;
    private readonly int metadataStart;
    private int metadataEnd;
    private WeakReference<JsonObject>? tree;
    private string? storedAs;
    private IReadOnlyDictionary<string, string>? labels;

    private StoredObject(StoredValue value)
    {
        Revision = value.ModRevision;
        Key = value.Key;
        json = value.Value;
        if (!ObjectEncoding.TryLocate(json.Span, out apiVersionEnd, out metadataStart))
        {
            json = ObjectEncoding.Encode(ObjectEncoding.Parse(value.Value.Span));
            _ = ObjectEncoding.TryLocate(json.Span, out apiVersionEnd, out metadataStart);
        }
    }

    /// <summary>Revision of the write; the object's resourceVersion.</summary>
    public long Revision { get; }

    /// <summary>Storage key.</summary>
    public string Key { get; }

    /// <summary>The apiVersion that is in the store, whatever this object shows.</summary>
    public string StoredApiVersion =>
        storedAs ??= Tree["apiVersion"]?.ToString() ?? "";

    /// <summary>Says that this object shows another one, which is stored in that version.</summary>
    public StoredObject StoredAs(string apiVersion)
    {
        storedAs = apiVersion;
        return this;
    }

    /// <summary>The object with resourceVersion in its stored version; shared, must not be changed.</summary>
    public JsonObject Tree
    {
        get
        {
            if (tree is { } weak && weak.TryGetTarget(out var parsed))
            {
                return parsed;
            }

            parsed = ObjectEncoding.Parse(json.Span);
            Metadata(parsed)["resourceVersion"] = Revision.ToString(CultureInfo.InvariantCulture);
            tree = new WeakReference<JsonObject>(parsed);
            return parsed;
        }
    }

    /// <summary>Labels; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Labels => labels ??= ObjectEncoding.ReadLabels(json.Span[metadataStart..]);

    /// <summary>The version of a value, parsed once.</summary>
    public static StoredObject Of(StoredValue value) => value.As(static v => new StoredObject(v));

    /// <summary>A copy that may be changed, in the given version.</summary>
    public JsonObject Copy(string apiVersion)
    {
        var copy = ObjectEncoding.Parse(json.Span);
        copy["apiVersion"] = apiVersion;
        Metadata(copy)["resourceVersion"] = Revision.ToString(CultureInfo.InvariantCulture);
        return copy;
    }

    /// <summary>The shared object in the given version; must not be changed.</summary>
    public JsonObject View(string apiVersion)
    {
        var shared = Tree;
        return shared["apiVersion"]?.GetValue<string>() == apiVersion ? shared : Copy(apiVersion);
    }

    /// <summary>Writes the object as JSON in the given version with the given revision as resourceVersion.</summary>
    public void WriteTo(IBufferWriter<byte> output, string apiVersion, long revision)
    {
        var all = json.Span;
        Write(output, "{\"apiVersion\":\""u8, apiVersion, all[apiVersionEnd..metadataStart], revision, all[metadataStart..]);
    }

    /// <summary>Writes the metadata alone, as a PartialObjectMetadata of the given version.</summary>
    public void WriteMetadataTo(IBufferWriter<byte> output, string apiVersion, long revision)
    {
        var all = json.Span;
        if (metadataEnd == 0)
        {
            metadataEnd = ObjectEncoding.MetadataEnd(all, metadataStart);
        }

        Write(
            output,
            "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\""u8,
            apiVersion,
            "\",\"metadata\":{"u8,
            revision,
            all[metadataStart..metadataEnd]);
        output.Write("}"u8);
    }

    // One reservation and plain copies: this is what lists and watches spend their time on.
    private static void Write(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> start,
        string apiVersion,
        ReadOnlySpan<byte> between,
        long revision,
        ReadOnlySpan<byte> rest)
    {
        const int digitsAndNames = 64;
        var size = start.Length + (3 * apiVersion.Length) + between.Length + digitsAndNames + rest.Length;
        var to = output.GetSpan(size);
        start.CopyTo(to);
        var at = start.Length;
        at += Encoding.UTF8.GetBytes(apiVersion, to[at..]);
        between.CopyTo(to[at..]);
        at += between.Length;
        if (revision != 0)
        {
            // An object that is not stored (dry run) has no version.
            "\"resourceVersion\":\""u8.CopyTo(to[at..]);
            at += "\"resourceVersion\":\""u8.Length;
            _ = revision.TryFormat(to[at..], out var length, provider: CultureInfo.InvariantCulture);
            at += length;
            "\","u8.CopyTo(to[at..]);
            at += 2;
        }

        rest.CopyTo(to[at..]);
        output.Advance(at + rest.Length);
    }

    private static JsonObject Metadata(JsonObject root) => (JsonObject)root["metadata"]!;
}
