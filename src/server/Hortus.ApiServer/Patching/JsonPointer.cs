using System.Globalization;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Decoding;

namespace Hortus.ApiServer.Patching;

/// <summary>A location in a document, RFC 6901.</summary>
internal sealed class JsonPointer
{
    private JsonPointer(string text, IReadOnlyList<string> steps)
    {
        Text = text;
        Steps = steps;
    }

    public string Text { get; }

    /// <summary>Unescaped steps; empty means the whole document.</summary>
    public IReadOnlyList<string> Steps { get; }

    /// <summary>Reads a pointer.</summary>
    /// <exception cref="ApiStatusException">400: it does not begin with a slash or has a bad escape.</exception>
    public static JsonPointer Parse(string text)
    {
        if (text.Length == 0)
        {
            return new JsonPointer(text, []);
        }

        if (text[0] != '/')
        {
            throw Rejection.BadRequest($"json patch: path \"{text}\" must be empty or start with \"/\"");
        }

        var steps = text[1..].Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = Unescape(steps[i], text);
        }

        return new JsonPointer(text, steps);
    }

    /// <summary>Whether this location lies inside the other one.</summary>
    public bool IsBelow(JsonPointer other) =>
        Steps.Count > other.Steps.Count
            && other.Steps.SequenceEqual(Steps.Take(other.Steps.Count), StringComparer.Ordinal);

    /// <summary>The node that holds the last step; null when a step on the way is missing or is a scalar.</summary>
    public JsonNode? Parent(JsonNode root)
    {
        JsonNode? node = root;
        for (var i = 0; i < Steps.Count - 1 && node is not null; i++)
        {
            node = Step(node, Steps[i], out var below) ? below : null;
        }

        return node;
    }

    /// <summary>Whether the location exists; its value may be null.</summary>
    public bool Find(JsonNode root, out JsonNode? value)
    {
        value = root;
        foreach (var step in Steps)
        {
            if (!Step(value, step, out value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads an array index: digits without leading zero.</summary>
    public static bool TryIndex(string step, out int index)
    {
        index = -1;
        return step.Length is > 0 and < 10 && (step.Length == 1 || step[0] != '0') && step.All(char.IsAsciiDigit)
            && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    private static bool Step(JsonNode? node, string step, out JsonNode? below)
    {
        below = null;
        switch (node)
        {
            case JsonObject fields:
                return fields.TryGetPropertyValue(step, out below);
            case JsonArray items when TryIndex(step, out var index) && index < items.Count:
                below = items[index];
                return true;
            default:
                return false;
        }
    }

    private static string Unescape(string step, string pointer)
    {
        for (var at = step.IndexOf('~', StringComparison.Ordinal); at >= 0; at = step.IndexOf('~', at + 1))
        {
            if (at + 1 >= step.Length || step[at + 1] is not ('0' or '1'))
            {
                throw Rejection.BadRequest($"json patch: path \"{pointer}\" has a bad escape, want ~0 or ~1");
            }
        }

        return step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }
}
