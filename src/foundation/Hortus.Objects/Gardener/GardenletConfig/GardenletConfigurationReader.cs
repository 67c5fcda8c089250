using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>
/// Reads configurations of gardenlets, from files (YAML or JSON) and from API objects. Strict: a field that is not known, a key that is
/// there twice, another apiVersion or another kind is a fault with its path. Rules about values are in
/// <see cref="GardenletConfigurationRules"/>.
/// </summary>
public static class GardenletConfigurationReader
{
    /// <summary>Reads a file and checks its values.</summary>
    /// <exception cref="GardenletConfigurationException">The text is no valid configuration; the message names every fault.</exception>
    public static GardenletConfiguration ReadFile(string text)
    {
        JsonObject tree;
        try
        {
            tree = KubernetesYaml.Parse(text);
        }
        catch (YamlFormatException e)
        {
            throw new GardenletConfigurationException(e.Message, e);
        }

        var errors = new FieldErrors();
        var configuration = Read(tree, FieldPath.Root, errors);
        if (configuration is not null)
        {
            GardenletConfigurationRules.Check(configuration, FieldPath.Root, errors);
        }

        return errors.IsEmpty && configuration is not null ? configuration : throw new GardenletConfigurationException(errors);
    }

    /// <summary>Reads the field of an API object without checking values; absent gives an empty configuration.</summary>
    /// <exception cref="GardenletConfigurationException">The tree is no configuration; the message names every fault.</exception>
    public static GardenletConfiguration Read(JsonElement? config)
    {
        var errors = new FieldErrors();
        return Read(config, FieldPath.Root, errors) ?? throw new GardenletConfigurationException(errors);
    }

    /// <summary>Reads the field of an API object without checking values; absent gives an empty configuration.</summary>
    /// <returns>Null when there are faults; they are added to <paramref name="errors"/>.</returns>
    public static GardenletConfiguration? Read(JsonElement? config, FieldPath path, FieldErrors errors)
    {
        if (config is not { } element || element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return new GardenletConfiguration();
        }

        if (element.ValueKind is JsonValueKind.Object)
        {
            return Read(JsonObject.Create(element)!, path, errors);
        }

        ArgumentNullException.ThrowIfNull(errors);
        errors.TypeInvalid(path, element, "must be an object");
        return null;
    }

    private static GardenletConfiguration? Read(JsonObject tree, FieldPath path, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        var found = new FieldErrors();
        Expect(tree, "apiVersion", GardenletConfiguration.SupportedApiVersion, path, found);
        Expect(tree, "kind", GardenletConfiguration.SupportedKind, path, found);
        if (found.IsEmpty)
        {
            StrictFields.Check(tree, typeof(GardenletConfiguration), path, found);
        }

        errors.AddRange(found);
        return found.IsEmpty ? Typed(tree, path, errors) : null;
    }

    private static void Expect(JsonObject tree, string field, string wanted, FieldPath path, FieldErrors errors)
    {
        var text = tree[field] is JsonValue value && value.TryGetValue(out string? found) ? found : null;
        if (string.IsNullOrEmpty(text))
        {
            errors.Required(path[field], $"must be {wanted}");
        }
        else if (text != wanted)
        {
            errors.NotSupported(path[field], text, [wanted]);
        }
    }

    private static GardenletConfiguration? Typed(JsonObject tree, FieldPath path, FieldErrors errors)
    {
        try
        {
            return KubernetesJson.Deserialize<GardenletConfiguration>(tree);
        }
        catch (JsonException e)
        {
            var steps = JsonErrors.Steps(e.Path ?? "");
            var value = steps.Aggregate((JsonNode?)tree, (node, step) => node switch
            {
                JsonObject map => map[step.Name],
                JsonArray list when step.Index is { } index && index < list.Count => list[index],
                _ => null,
            });
            var reason = e.Message[(e.Message.IndexOf(": want ", StringComparison.Ordinal) is var at and >= 0 ? at + 2 : 0)..];
            errors.TypeInvalid(JsonErrors.Field(path, steps), value, reason);
            return null;
        }
    }
}
