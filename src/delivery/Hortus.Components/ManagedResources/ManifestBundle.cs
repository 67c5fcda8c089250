using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Components;

/// <summary>Objects as one text: the same objects in any order give the same bytes.</summary>
public sealed class ManifestBundle
{
    /// <summary>Digits in <see cref="NameSuffix"/>.</summary>
    internal const int SuffixLength = 8;

    private const int ListedMax = 5;
    private readonly List<(string Name, int Bytes)> parts;

    private ManifestBundle(byte[] content, List<(string Name, int Bytes)> parts)
    {
        Content = content;
        this.parts = parts;
        Digest = Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>The YAML documents, uncompressed.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>SHA-256 of <see cref="Content"/> in hexadecimal.</summary>
    public string Digest { get; }

    /// <summary>Eight digits that stand for the content in the names of Secrets. They are taken from the uncompressed bytes, so
    /// that a newer compressor does not give every Secret another name.</summary>
    public string NameSuffix => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Digest)))[..SuffixLength];

    /// <summary>The largest objects with their uncompressed sizes, for messages.</summary>
    public string Largest => string.Join(", ", parts
        .OrderByDescending(part => part.Bytes).ThenBy(part => part.Name, StringComparer.Ordinal)
        .Take(ListedMax).Select(part => $"{part.Name} {part.Bytes} bytes"));

    /// <summary>Puts objects together.</summary>
    /// <exception cref="ArgumentException">An object has no apiVersion, kind or name, or two are the same.</exception>
    public static ManifestBundle Of(IEnumerable<KubernetesObject> objects) => Of(objects.Select(KubernetesJson.ToNode));

    /// <inheritdoc cref="Of(IEnumerable{KubernetesObject})"/>
    public static ManifestBundle Of(IEnumerable<JsonObject> objects)
    {
        var named = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var item in objects)
        {
            if (!named.TryAdd(FileName(item), item))
            {
                throw new ArgumentException(
                    $"{item["kind"]} {item["metadata"]?["namespace"]}/{item["metadata"]?["name"]} is there twice", nameof(objects));
            }
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

        return new ManifestBundle(content.ToArray(), parts);
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
