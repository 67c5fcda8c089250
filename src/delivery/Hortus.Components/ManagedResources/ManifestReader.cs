using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>An object from a Secret.</summary>
/// <param name="Json">The object; has apiVersion, kind and name.</param>
/// <param name="Place">Where it stands, for messages: Secret, key and number of the document.</param>
public sealed record Manifest(JsonObject Json, string Place);

/// <summary>What was read from Secrets.</summary>
/// <param name="Objects">The objects in the order in which they stand.</param>
/// <param name="Faults">One line for each thing that could not be read, with Secret and key. With a fault nobody knows all
/// objects that are wanted, so none may be deleted for not being among them.</param>
public sealed record ManifestSet(IReadOnlyList<Manifest> Objects, IReadOnlyList<string> Faults);

/// <summary>
/// Reads the Secrets of a ManagedResource: every key; those that end in <c>.br</c> are Brotli streams, all others plain; each
/// holds YAML documents or JSON objects. Nothing is guessed: what is damaged is a fault.
/// </summary>
public static class ManifestReader
{
    /// <summary>Ending of keys with Brotli streams.</summary>
    internal const string CompressedSuffix = ".br";

    /// <summary>Reads the Secrets in the given order.</summary>
    /// <param name="secrets">The Secrets.</param>
    /// <param name="outputMax">Most bytes to take out of all of them.</param>
    public static ManifestSet Read(IEnumerable<Secret> secrets, int outputMax = ManifestCompression.OutputMax)
    {
        var objects = new List<Manifest>();
        var faults = new List<string>();
        foreach (var secret in secrets)
        {
            outputMax -= ReadSecret(secret, outputMax, objects, faults);
        }

        return new ManifestSet(objects, faults);
    }

    private static int ReadSecret(Secret secret, int outputMax, List<Manifest> objects, List<string> faults)
    {
        var texts = new List<(string Place, byte[] Text)>();
        var size = 0;
        foreach (var (key, value) in (secret.Data ?? new Dictionary<string, byte[]>()).OrderBy(d => d.Key, StringComparer.Ordinal))
        {
            var place = $"secret {secret.Key} key {key}";
            try
            {
                var text = TextOf(key, value, outputMax - size);
                size += text.Length;
                texts.Add((place, text));
            }
            catch (ManifestFormatException e)
            {
                faults.Add($"{place}: {e.Message}");
            }
        }

        if (DigestFault(secret, texts) is { } fault)
        {
            // Damaged bytes may still look like manifests; none of them can be trusted.
            faults.Add(fault);
            return size;
        }

        foreach (var (place, text) in texts)
        {
            ReadText(place, text, objects, faults);
        }

        return size;
    }

    private static byte[] TextOf(string key, byte[] value, int outputMax)
    {
        if (key.EndsWith(CompressedSuffix, StringComparison.Ordinal))
        {
            return ManifestCompression.Decompress(value, outputMax);
        }

        return value.Length <= outputMax
            ? value
            : throw new ManifestFormatException($"{value.Length} bytes are more than the {outputMax} that may still be read");
    }

    private static string? DigestFault(Secret secret, List<(string Place, byte[] Text)> texts)
    {
        if (secret.Metadata.Annotation(ResourceNames.ContentDigest) is not { } wanted || texts.Count != secret.Data?.Count)
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        texts.ForEach(t => hash.AppendData(t.Text));
        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        return found == wanted
            ? null
            : $"secret {secret.Key} keys {string.Join(", ", secret.Data.Keys.Order(StringComparer.Ordinal))}: the content is damaged: "
                + $"its SHA-256 is {found}, annotation {ResourceNames.ContentDigest} says {wanted}";
    }

    private static void ReadText(string place, byte[] bytes, List<Manifest> objects, List<string> faults)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            faults.Add($"{place}: not text: the bytes are not UTF-8");
            return;
        }

        var index = 0;
        var json = text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith("{") ? ReadJson(bytes) : null;
        foreach (var (document, fault) in json ?? ReadYaml(text))
        {
            var here = $"{place} document {++index}";
            if ((fault ?? Incomplete(document!)) is { } reason)
            {
                faults.Add($"{here}: {reason}");
            }
            else
            {
                objects.Add(new Manifest(document!, here));
            }
        }
    }

    // Null when this is not JSON from beginning to end: YAML may begin with a brace too.
    private static List<(JsonObject? Document, string? Fault)>? ReadJson(byte[] bytes)
    {
        var documents = new List<(JsonObject?, string?)>();
        try
        {
            var reader = new Utf8JsonReader(
                bytes, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = KubernetesJson.DepthMax });
            while (reader.Read())
            {
                var node = JsonNode.Parse(ref reader);
                Unfold(node);
                documents.Add(node is JsonObject document ? (document, null) : (null, "want an object, found a list or a scalar"));
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }

        return documents;
    }

    // Trees unfold at the first touch, and only then is it an error that a key is there twice.
    private static void Unfold(JsonNode? node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject map => map.Select(field => field.Value),
            JsonArray list => list,
            _ => [],
        };
        foreach (var child in children)
        {
            Unfold(child);
        }
    }

    private static IEnumerable<(JsonObject? Document, string? Fault)> ReadYaml(string text)
    {
        foreach (var part in YamlParts.Of(text))
        {
            (JsonObject? Document, string? Fault)[] read;
            try
            {
                read = [.. KubernetesYaml.ParseAll(part).Select(d => ((JsonObject?)d, (string?)null))];
            }
            catch (YamlFormatException e)
            {
                read = [(null, e.Message)];
            }

            foreach (var document in read)
            {
                yield return document;
            }
        }
    }

    private static string? Incomplete(JsonObject document)
    {
        if (!IsText(document["apiVersion"]) || !IsText(document["kind"]))
        {
            return $"the object has no {(IsText(document["kind"]) ? "apiVersion" : "kind")}";
        }

        var what = $"{document["kind"]}";
        if (document["metadata"] is not JsonObject metadata || !IsText(metadata["name"]))
        {
            return $"the {what} has no metadata.name";
        }

        what += $" {metadata["name"]}";
        var version = document["apiVersion"]!.GetValue<string>();
        if (version.Count(c => c == '/') > 1 || version[0] == '/' || version[^1] == '/')
        {
            return $"{what}: apiVersion \"{version}\": want \"version\" or \"group/version\"";
        }

        return metadata["namespace"] is { } space && space.GetValueKind() != JsonValueKind.String
            ? $"{what}: metadata.namespace: want a text"
            : NotTexts(metadata, "labels", what) ?? NotTexts(metadata, "annotations", what);
    }

    private static string? NotTexts(JsonObject metadata, string field, string what) => metadata[field] switch
    {
        null => null,
        JsonObject map => map.FirstOrDefault(e => e.Value?.GetValueKind() != JsonValueKind.String) is { Key: { } key }
            ? $"{what}: metadata.{field}[{key}]: want a text, quoted if it looks like a number or a boolean"
            : null,
        _ => $"{what}: metadata.{field}: want a map",
    };

    private static bool IsText(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>().Length > 0;
}
