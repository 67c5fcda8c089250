using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Makes pods of templates, and tells templates apart.</summary>
internal static class PodTemplates
{
    public const string HashLabel = "pod-template-hash";

    // Without vowels and digits that look like letters no word can come up by accident.
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    // A pod's name becomes a host name: at most 63 characters.
    private const int NameMax = 63;
    private const int SuffixLength = 5;
    private const int HashLength = 10;

    /// <summary>A pod of a template that the owner controls.</summary>
    public static Pod NewPod(PodTemplateSpec template, KubernetesObject owner, string name) => new Pod
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            GenerateName = owner.Metadata.Name + "-",
            Namespace = owner.Metadata.Namespace,
            Labels = template.Metadata.Labels,
            Annotations = template.Metadata.Annotations,
            Finalizers = template.Metadata.Finalizers,
        },
        Spec = template.Spec,
    }.ControlledBy(owner);

    /// <summary>A name that starts with the owner's and ends in random letters.</summary>
    public static string NewName(string owner, Random random)
    {
        var stem = owner.Length > NameMax - SuffixLength - 1 ? owner[..(NameMax - SuffixLength - 1)] : owner;
        return $"{stem}-{new string(random.GetItems<char>(Letters, SuffixLength))}";
    }

    /// <summary>Whether two templates give the same pods; the hash label does not count.</summary>
    public static bool Same(PodTemplateSpec a, PodTemplateSpec b) => JsonNode.DeepEquals(Comparable(a), Comparable(b));

    /// <summary>A short text that differs for different templates; <paramref name="collisions"/> changes it.</summary>
    public static string Hash(PodTemplateSpec template, int collisions) =>
        Hash(Canonical.Text(Comparable(template)) + (collisions > 0 ? $"#{collisions}" : ""));

    /// <summary>A short text of label characters that differs for different texts.</summary>
    public static string Hash(string text)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return string.Create(HashLength, bytes, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = Letters[from[i] % Letters.Length];
            }
        });
    }

    /// <summary>The template with one more label.</summary>
    public static PodTemplateSpec WithLabel(this PodTemplateSpec template, string name, string value) => template with
    {
        Metadata = template.Metadata with { Labels = template.Metadata.Labels.With(name, value) },
    };

    /// <summary>The map with one more entry.</summary>
    public static IReadOnlyDictionary<string, string> With(
        this IReadOnlyDictionary<string, string>? map, string name, string value) =>
        new Dictionary<string,
            string>(map ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        { [name] = value };

    private static JsonObject Comparable(PodTemplateSpec template)
    {
        var node = KubernetesJson.ToNode(template);
        if (node["metadata"] is JsonObject metadata)
        {
            metadata.Remove("creationTimestamp");
            (metadata["labels"] as JsonObject)?.Remove(HashLabel);
        }

        return node;
    }
}

/// <summary>JSON in one fixed form, for comparing by text and hash.</summary>
internal static class Canonical
{
    /// <summary>Whether two structures are the same on the wire.</summary>
    public static bool Same<T>(T? a, T? b) where T : ApiType =>
        ReferenceEquals(a, b) ||
        JsonNode.DeepEquals(a is null ? null : KubernetesJson.ToNode(a), b is null ? null : KubernetesJson.ToNode(b));

    /// <summary>The tree with fields in ordinal order.</summary>
    public static string Text(JsonNode? node) => Sorted(node)?.ToJsonString() ?? "null";

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => KeyValuePair.Create(f.Key, Sorted(f.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
