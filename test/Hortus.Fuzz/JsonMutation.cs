using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Fuzz;

/// <summary>Changes a JSON document in one place so that it stays JSON.</summary>
internal sealed class JsonMutation(Random random)
{
    private const int DepthMax = 300;
    private static readonly JsonSerializerOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 2_000,
    };

    /// <summary>The document with one change; null when it is no JSON object or array.</summary>
    public byte[]? Mutate(byte[] body)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(body);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return null;
        }

        if (root is null or JsonValue)
        {
            return null;
        }

        try
        {
            var places = new List<JsonNode>();
            Collect(root, places);
            Change(places[random.Next(places.Count)], places);
            return JsonSerializer.SerializeToUtf8Bytes(root, Writing);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // Keys given twice, or a tree that became too deep.
            return null;
        }
    }

    private static void Collect(JsonNode node, List<JsonNode> containers)
    {
        containers.Add(node);
        foreach (var child in Children(node))
        {
            if (child is JsonObject or JsonArray)
            {
                Collect(child, containers);
            }
        }
    }

    private static IEnumerable<JsonNode?> Children(JsonNode node) => node switch
    {
        JsonObject fields => fields.Select(f => f.Value),
        JsonArray items => items,
        _ => [],
    };

    private void Change(JsonNode container, List<JsonNode> places)
    {
        if (container is JsonArray items)
        {
            ChangeItems(items, places);
            return;
        }

        var fields = (JsonObject)container;
        if (fields.Count == 0 || random.Next(6) == 0)
        {
            fields[Interesting.Keys[random.Next(Interesting.Keys.Length)]] = NewValue(places);
            return;
        }

        var key = fields.ElementAt(random.Next(fields.Count)).Key;
        switch (random.Next(5))
        {
            case 0:
                fields.Remove(key);
                break;
            case 1:
                var value = fields[key]?.DeepClone();
                fields.Remove(key);
                fields[Interesting.Keys[random.Next(Interesting.Keys.Length)]] = value;
                break;
            case 2:
                fields[key] = Tweaked(fields[key]);
                break;
            default:
                fields[key] = NewValue(places);
                break;
        }
    }

    private void ChangeItems(JsonArray items, List<JsonNode> places)
    {
        if (items.Count == 0)
        {
            items.Add(NewValue(places));
            return;
        }

        var at = random.Next(items.Count);
        switch (random.Next(4))
        {
            case 0:
                items.RemoveAt(at);
                break;
            case 1:
                for (var i = random.Next(1, 4); i > 0; i--)
                {
                    items.Add(items[at]?.DeepClone());
                }

                break;
            case 2:
                items[at] = Tweaked(items[at]);
                break;
            default:
                items[at] = NewValue(places);
                break;
        }
    }

    private JsonNode? NewValue(List<JsonNode> places) => random.Next(8) switch
    {
        0 => places[random.Next(places.Count)].DeepClone(),
        1 => Nested(random.Next(2, DepthMax)),
        2 or 3 => JsonValue.Create(Interesting.Texts[random.Next(Interesting.Texts.Length)]),
        _ => JsonNode.Parse(Interesting.Json[random.Next(Interesting.Json.Length)]),
    };

    private JsonNode? Tweaked(JsonNode? node)
    {
        if (node is not JsonValue value)
        {
            return JsonNode.Parse(Interesting.Json[random.Next(Interesting.Json.Length)]);
        }

        if (value.TryGetValue(out string? text))
        {
            return random.Next(5) switch
            {
                0 => text + Interesting.Texts[random.Next(Interesting.Texts.Length)],
                1 => text.Length == 0 ? "x" : text[..random.Next(text.Length)],
                2 => new string('x', random.Next(1, 5_000)),
                3 => text.ToUpperInvariant(),
                _ => Interesting.Texts[random.Next(Interesting.Texts.Length)] + text,
            };
        }

        return value.TryGetValue(out long number)
            ? random.Next(4) switch { 0 => number + 1, 1 => -number, 2 => number * 1_000_003L, _ => number + 0.5 }
            : JsonNode.Parse(Interesting.Json[random.Next(Interesting.Json.Length)]);
    }

    private JsonNode Nested(int depth)
    {
        JsonNode node = new JsonObject();
        for (var i = 0; i < depth; i++)
        {
            node = random.Next(2) == 0 ? new JsonArray(node) : new JsonObject { ["a"] = node };
        }

        return node;
    }
}
