using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hortus.Reference.Tests;

/// <summary>Takes out of an answer what cannot be equal.</summary>
internal static partial class Normal
{
    private static readonly HashSet<string> Dropped =
        ["uid", "resourceVersion", "creationTimestamp", "selfLink", "f:creationTimestamp"];

    /// <summary>A copy without identities, times, nulls, and with the versions' names of ours.</summary>
    public static JsonNode? Of(JsonNode? value, bool isOld, string space) => value switch
    {
        JsonObject fields => OfFields(fields, isOld, space),
        JsonArray items => new JsonArray([.. items.Select(item => Of(item, isOld, space))]),
        JsonValue scalar when scalar.GetValueKind() == System.Text.Json.JsonValueKind.String =>
            OfText(scalar.ToString(), isOld, space),
        _ => value?.DeepClone(),
    };

    private static JsonObject OfFields(JsonObject fields, bool isOld, string space)
    {
        var result = new JsonObject();
        foreach (var (name, value) in fields)
        {
            if (Dropped.Contains(name) || value is null)
            {
                continue;
            }

            var normal = Of(value, isOld, space);
            result[name] = (name, normal) switch
            {
                ("managedFields", JsonArray managers) => Sorted(managers.Select(WithoutTime)),
                ("causes", JsonArray causes) => Sorted(causes.Select(cause => cause!.DeepClone()).DistinctBy(Text)),
                _ => normal,
            };
        }

        return result;
    }

    private static JsonNode WithoutTime(JsonNode? entry)
    {
        var copy = entry!.DeepClone().AsObject();
        copy.Remove("time");

        // The reference does not know it yet.
        copy.Remove("subresource");
        return copy;
    }

    private static JsonArray Sorted(IEnumerable<JsonNode> items) => new([.. items.OrderBy(Text, StringComparer.Ordinal)]);

    private static string Text(JsonNode? node) => Ordered(node)?.ToJsonString() ?? "null";

    private static JsonNode? Ordered(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => KeyValuePair.Create(f.Key, Ordered(f.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Ordered)]),
        _ => node?.DeepClone(),
    };

    private static string OfText(string text, bool isOld, string space)
    {
        if (Time().IsMatch(text) || Age().IsMatch(text))
        {
            return "<time>";
        }

        text = Uid().Replace(text.Replace(space, "NS", StringComparison.Ordinal), "<uid>");
        foreach (var (ours, old) in isOld ? Resources.OldVersions : [])
        {
            text = text.Replace(old, ours, StringComparison.Ordinal);
        }

        return text;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\z")]
    private static partial Regex Time();

    [GeneratedRegex(@"^\d+s\z")]
    private static partial Regex Age();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uid();
}
