using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Components;

/// <summary>Objects as texts under keys of a Secret: the same objects in any order give the same bytes.</summary>
public sealed class ManifestBundle
{
    /// <summary>Digits in <see cref="NameSuffix"/>.</summary>
    internal const int SuffixLength = 8;

    private const int ListedMax = 5;
    private readonly IReadOnlyList<(string Key, byte[] Text)> files;
    private readonly IReadOnlyList<(string Name, int Bytes)> parts;
    private readonly bool isCompressed;

    private ManifestBundle(
        IReadOnlyDictionary<string, byte[]> files, IReadOnlyList<(string Name, int Bytes)> parts, bool isCompressed)
    {
        // Readers put the texts together in the order of the keys, and compare the digest.
        this.files = [.. files.Select(f => (f.Key, f.Value)).OrderBy(f => f.Key, StringComparer.Ordinal)];
        this.parts = parts;
        this.isCompressed = isCompressed;
        Content = this.files.SelectMany(f => f.Text).ToArray();
        Digest = Convert.ToHexStringLower(SHA256.HashData(Content.Span));
    }

    /// <summary>The YAML documents of all keys, uncompressed.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>The keys of the Secret, in ordinal order.</summary>
    public IEnumerable<string> Keys => files.Select(f => f.Key);

    /// <summary>SHA-256 of <see cref="Content"/> in hexadecimal.</summary>
    public string Digest { get; }

    /// <summary>Eight digits that stand for the content in the names of Secrets. They are taken from the uncompressed bytes, so
    /// that a newer compressor does not give every Secret another name.</summary>
    public string NameSuffix => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Digest)))[..SuffixLength];

    /// <summary>The largest objects with their uncompressed sizes, for messages.</summary>
    public string Largest => string.Join(", ", parts
        .OrderByDescending(part => part.Bytes).ThenBy(part => part.Name, StringComparer.Ordinal)
        .Take(ListedMax).Select(part => $"{part.Name} {part.Bytes} bytes"));

    /// <summary>Puts objects together under one key, compressed.</summary>
    /// <exception cref="ArgumentException">An object has no apiVersion, kind or name, or two are the same.</exception>
    public static ManifestBundle Of(IEnumerable<KubernetesObject> objects) => Of(objects.Select(KubernetesJson.ToNode));

    /// <inheritdoc cref="Of(IEnumerable{KubernetesObject})"/>
    public static ManifestBundle Of(IEnumerable<JsonObject> objects)
    {
        var named = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var item in objects)
        {
            AddOnce(named, item);
        }

        using var content = new MemoryStream();
        var parts = new List<(string, int)>(named.Count);
        foreach (var (name, item) in named)
        {
            if (content.Length > 0)
            {
                content.Write("---\n"u8);
            }

            var text = Encoding.UTF8.GetBytes(KubernetesYaml.Write(item));
            content.Write(text);
            parts.Add((name, text.Length));
        }

        var file = new Dictionary<string, byte[]> { [ManagedResourceWriter.DataKey] = content.ToArray() };
        return new ManifestBundle(file, parts, isCompressed: true);
    }

    /// <summary>Puts objects each under a key of its own, as plain text; all of them compressed, with the ending <c>.br</c>, when
    /// they would not fit into a Secret otherwise.</summary>
    /// <exception cref="ArgumentException">An object has no apiVersion, kind or name, or two are the same.</exception>
    public static ManifestBundle OfFiles(IReadOnlyDictionary<string, JsonObject> objects)
    {
        var named = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var item in objects.Values)
        {
            AddOnce(named, item);
        }

        var texts = objects.ToDictionary(o => o.Key, o => Encoding.UTF8.GetBytes(KubernetesYaml.Write(o.Value)));
        var isCompressed = texts.Values.Sum(t => (long)t.Length) > ManagedResourceWriter.SecretSizeMax;
        return new ManifestBundle(
            isCompressed ? texts.ToDictionary(t => t.Key + ManifestReader.CompressedSuffix, t => t.Value) : texts,
            [.. objects.Select(o => (o.Key, texts[o.Key].Length))],
            isCompressed);
    }

    /// <summary>The data of a Secret with these objects.</summary>
    public IReadOnlyDictionary<string, byte[]> Data() =>
        files.ToDictionary(f => f.Key, f => isCompressed ? ManifestCompression.Compress(f.Text) : f.Text);

    private static void AddOnce(SortedDictionary<string, JsonObject> named, JsonObject item)
    {
        if (!named.TryAdd(FileName(item), item))
        {
            throw new ArgumentException(
                $"{item["kind"]} {item["metadata"]?["namespace"]}/{item["metadata"]?["name"]} is there twice", nameof(item));
        }
    }

    // Upstream sorts by the names it once gave files, one an object; the same order keeps bundles comparable.
    private static string FileName(JsonObject item)
    {
        var type = Required(item, "apiVersion").Replace('/', '_') + "_" + Required(item, "kind");
        var metadata = item["metadata"] as JsonObject ?? [];
        var name = Required(metadata, "name").Replace(':', '_');
        return $"{type.ToLowerInvariant()}__{metadata["namespace"]?.GetValue<string>()}__{name}.yaml";
    }

    private static string Required(JsonObject item, string field) =>
        item[field]?.GetValue<string>() is { Length: > 0 } value
            ? value
            : throw new ArgumentException($"an object has no {field}: {item["kind"]} {item["metadata"]?["name"]}", nameof(item));
}
