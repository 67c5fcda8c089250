using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;
using Hortus.Storage;

namespace Hortus.ApiServer.Objects;

/// <summary>
/// Stored custom resources as one version shows them: what was stored before the schema had a default gets it, what is
/// stored in another version is converted. Each stored version is worked on once.
/// </summary>
/// <param name="apiVersion">The version shown.</param>
/// <param name="stored">Schema of the version that objects are stored in; gives the defaults. Null when it has
/// none.</param>
/// <param name="converter">Converts; null when versions differ in nothing but their name.</param>
internal sealed class StoredView(string apiVersion, SchemaNode? stored, IObjectConverter? converter)
{
    private readonly ConditionalWeakTable<StoredObject, StoredObject> known = [];

    /// <summary>The view of a version of a custom resource; null when objects show as they are stored.</summary>
    public static StoredView? Create(string apiVersion, SchemaNode stored, IObjectConverter? converter)
    {
        var defaults = HasDefaults(stored) ? stored : null;
        return defaults is null && converter is null ? null : new StoredView(apiVersion, defaults, converter);
    }

    /// <summary>The objects as shown, in the same order.</summary>
    /// <exception cref="Requests.ApiStatusException">500: they cannot be converted.</exception>
    public async ValueTask<IReadOnlyList<StoredObject>> OfAsync(
        IReadOnlyList<StoredObject> values, CancellationToken cancellationToken)
    {
        var shown = new StoredObject[values.Count];
        List<(int Index, JsonObject Tree)>? converted = null;
        for (var i = 0; i < values.Count; i++)
        {
            if (known.TryGetValue(values[i], out var done))
            {
                shown[i] = done;
                continue;
            }

            var tree = Defaulted(values[i]);
            if (converter is not null && values[i].StoredApiVersion != apiVersion)
            {
                (converted ??= []).Add((i, tree ?? values[i].Tree));
            }
            else
            {
                shown[i] = Keep(values[i], tree);
            }
        }

        if (converted is not null)
        {
            var trees = await converter!.ConvertAsync(
                [.. converted.Select(c => c.Tree)], apiVersion, cancellationToken);
            for (var i = 0; i < converted.Count; i++)
            {
                var index = converted[i].Index;
                shown[index] = Keep(values[index], trees[i]);
            }
        }

        return shown;
    }

    /// <summary>The object with defaults, or null when it has them all.</summary>
    private JsonObject? Defaulted(StoredObject value)
    {
        if (stored is null)
        {
            return null;
        }

        var copy = value.Copy(value.StoredApiVersion);
        StructuralSchema.ApplyDefaults(copy, stored);
        return JsonNode.DeepEquals(copy, value.Tree) ? null : copy;
    }

    private StoredObject Keep(StoredObject value, JsonObject? tree)
    {
        var shown = tree is null ? value
            : StoredObject.Of(new StoredValue(value.Key, ObjectEncoding.Encode(tree), value.Revision, value.Revision))
                .StoredAs(value.StoredApiVersion);
        return known.GetValue(value, _ => shown);
    }

    private static bool HasDefaults(SchemaNode schema) =>
        schema.Properties.Values.Any(p => p.Default is not null || HasDefaults(p))
        || (schema.Items is { } items && (items.Default is not null || HasDefaults(items)))
        || (schema.AdditionalProperties is { } values && (values.Default is not null || HasDefaults(values)));
}
