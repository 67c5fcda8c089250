using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Hortus.GardenControllers;

/// <summary>Short hashes by which it shows that content has changed; the order of fields does not matter.</summary>
internal static class ContentHash
{
    private const int DigitsShown = 16;

    /// <summary>The first 16 hexadecimal digits of the content's SHA-256.</summary>
    public static string Of(JsonNode? content)
    {
        var text = new StringBuilder();
        Write(content, text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..DigitsShown];
    }

    private static void Write(JsonNode? node, StringBuilder text)
    {
        switch (node)
        {
            case JsonObject fields:
                text.Append('{');
                foreach (var (name, value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    text.Append(JsonValue.Create(name)!.ToJsonString()).Append(':');
                    Write(value, text);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonArray items:
                text.Append('[');
                foreach (var item in items)
                {
                    Write(item, text);
                    text.Append(',');
                }

                text.Append(']');
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }
}
