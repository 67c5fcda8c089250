using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.GardenApi.Seeds;

/// <summary>An object that another one names.</summary>
/// <param name="Kind">Secret, ConfigMap, WorkloadIdentity or InternalSecret.</param>
/// <param name="Namespace">Null where the one that names it does not say.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ObjectReferenceTo(string Kind, string? Namespace, string Name);

/// <summary>Finds the objects with settings and credentials that an object of the garden's API names, by the forms that all kinds
/// share. Read once for each stored version.</summary>
internal static class ObjectReferences
{
    private const string Secret = "Secret";
    private const string ConfigMap = "ConfigMap";

    // What providers read is theirs to judge, and values of charts say nothing about objects of the garden.
    private static readonly string[] Opaque = ["providerConfig", "providerStatus", "values", "rawChart"];

    private static readonly string[] Kinds = [Secret, ConfigMap, "WorkloadIdentity", "InternalSecret"];

    private static readonly ConditionalWeakTable<KubernetesObject, IReadOnlySet<ObjectReferenceTo>> Known = [];

    /// <summary>What the object names.</summary>
    public static IReadOnlySet<ObjectReferenceTo> Of(KubernetesObject value) =>
        Known.GetValue(value, static found => In(KubernetesJson.ToNode(found)));

    /// <summary>What a tree names.</summary>
    public static IReadOnlySet<ObjectReferenceTo> In(JsonNode? tree)
    {
        var found = new HashSet<ObjectReferenceTo>();
        Walk(tree, "", found);
        return found;
    }

    private static void Walk(JsonNode? node, string field, HashSet<ObjectReferenceTo> found)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Walk(item, field, found);
                }

                break;
            case JsonObject map when !Opaque.Contains(field):
                Add(map, field, found);
                foreach (var (name, child) in map)
                {
                    if (name is not "metadata" and not "managedFields")
                    {
                        Walk(child, name, found);
                    }
                }

                break;
            case JsonValue value when value.TryGetValue(out string? text) && text.Length > 0:
                if (field is "secretName" or "kubeconfigSecretName")
                {
                    found.Add(new ObjectReferenceTo(Secret, null, text));
                }
                else if (field == "configMapName")
                {
                    found.Add(new ObjectReferenceTo(ConfigMap, null, text));
                }

                break;
            default:
                break;
        }
    }

    private static void Add(JsonObject map, string field, HashSet<ObjectReferenceTo> found)
    {
        if (Text(map, "name") is not { } name)
        {
            return;
        }

        var kind = Text(map, "kind") is { } said
            ? Kinds.FirstOrDefault(known => known == said)
            : field.EndsWith("SecretRef", StringComparison.Ordinal) || field == "secretRef" ? Secret
            : field.EndsWith("configMapRef", StringComparison.OrdinalIgnoreCase) ? ConfigMap : null;
        if (kind is not null)
        {
            found.Add(new ObjectReferenceTo(kind, Text(map, "namespace"), name));
        }
    }

    private static string? Text(JsonObject map, string field) =>
        map[field] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0 ? text : null;
}
