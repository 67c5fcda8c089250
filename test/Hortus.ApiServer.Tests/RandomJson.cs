using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Tests;

/// <summary>Small random JSON, the same for the same seed, over few names so that objects overlap.</summary>
internal static class RandomJson
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    public static JsonObject Object(int seed) => Fields(new Random(seed), 3);

    private static JsonObject Fields(Random random, int depth)
    {
        var fields = new JsonObject();
        foreach (var name in Names)
        {
            if (random.Next(2) == 0)
            {
                fields[name] = Value(random, depth - 1);
            }
        }

        return fields;
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(3)),
        2 => JsonValue.Create("text" + random.Next(3)),
        3 => JsonValue.Create(random.Next(2) == 0),
        4 => new JsonArray(Value(random, depth - 1), Value(random, depth - 1)),
        _ => Fields(random, depth),
    };
}
