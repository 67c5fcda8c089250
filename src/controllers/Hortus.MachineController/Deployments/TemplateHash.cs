using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Deployments;

/// <summary>Tells machine templates apart by what needs a new machine: class, labels and annotations. Timings and what goes to
/// the Node reach machines that are there.</summary>
internal static class TemplateHash
{
    /// <summary>Label of sets and machines with the hash of their template.</summary>
    public const string Label = "machine-template-hash";

    private const int Length = 10;

    public static string Of(MachineTemplateSpec template)
    {
        var essence = new JsonObject
        {
            ["labels"] = Sorted(template.Metadata.Labels),
            ["annotations"] = Sorted(template.Metadata.Annotations),
            ["class"] = $"{template.Spec.Class.Kind ?? "MachineClass"}/{template.Spec.Class.Name}",
        };
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(essence.ToJsonString())))[..Length];
    }

    private static JsonObject Sorted(IReadOnlyDictionary<string, string>? map) => new(
        (map ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
}
