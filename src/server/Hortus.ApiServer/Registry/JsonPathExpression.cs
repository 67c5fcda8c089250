using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Registry;

/// <summary>The part of JSONPath that printer columns use: fields, indexes, <c>[*]</c> and filters such as
/// <c>[?(@.type=="Ready")]</c>.</summary>
public sealed class JsonPathExpression
{
    private readonly IReadOnlyList<Step> steps;

    private JsonPathExpression(IReadOnlyList<Step> steps) => this.steps = steps;

    /// <summary>Parses a path; what cannot be understood yields a path that finds nothing.</summary>
    public static JsonPathExpression Parse(string path)
    {
        var steps = new List<Step>();
        var position = 0;
        while (position < path.Length)
        {
            if (path[position] == '.')
            {
                position++;
                var name = ReadName(path, ref position);
                if (name.Length > 0)
                {
                    steps.Add(name == "*" ? new Step(StepKind.All, "", "") : new Step(StepKind.Field, name, ""));
                }
            }
            else if (path[position] == '[' && CloseOf(path, position) is var end and > 0)
            {
                steps.Add(BracketOf(path[(position + 1)..end]));
                position = end + 1;
            }
            else if (position == 0)
            {
                steps.Add(new Step(StepKind.Field, ReadName(path, ref position), ""));
            }
            else
            {
                return new JsonPathExpression([new Step(StepKind.Nothing, "", "")]);
            }
        }

        return new JsonPathExpression(steps);
    }

    /// <summary>The value found: one node, several joined by commas, or null.</summary>
    public JsonNode? Evaluate(JsonObject root)
    {
        List<JsonNode> found = [root];
        foreach (var step in steps)
        {
            found = [.. found.SelectMany(n => Follow(n, step))];
        }

        return found.Count switch
        {
            0 => null,
            1 => found[0].DeepClone(),
            _ => string.Join(',', found.Select(n => n is JsonValue ? n.ToString() : n.ToJsonString())),
        };
    }

    private static IEnumerable<JsonNode> Follow(JsonNode node, Step step)
    {
        switch (step.Kind)
        {
            case StepKind.Field when node is JsonObject map && map[step.Name] is { } child:
                return [child];
            case StepKind.Index when node is JsonArray list:
                var index = int.Parse(step.Name, CultureInfo.InvariantCulture);
                index = index < 0 ? index + list.Count : index;
                return index >= 0 && index < list.Count && list[index] is { } item ? [item] : [];
            case StepKind.All when node is JsonArray all:
                return all.OfType<JsonNode>();
            case StepKind.All when node is JsonObject fields:
                return fields.Select(f => f.Value).OfType<JsonNode>();
            case StepKind.Filter when node is JsonArray candidates:
                return candidates.OfType<JsonObject>().Where(c => JsonPaths.Text(c, step.Name) == step.Value);
            default:
                return [];
        }
    }

    private static string ReadName(string path, ref int position)
    {
        var name = new StringBuilder();
        while (position < path.Length && path[position] is not '.' and not '[')
        {
            if (path[position] == '\\' && position + 1 < path.Length)
            {
                position++;
            }

            name.Append(path[position++]);
        }

        return name.ToString();
    }

    private static int CloseOf(string path, int open)
    {
        var quote = '\0';
        for (var i = open + 1; i < path.Length; i++)
        {
            if (quote != '\0')
            {
                quote = path[i] == quote ? '\0' : quote;
            }
            else if (path[i] is '"' or '\'')
            {
                quote = path[i];
            }
            else if (path[i] == ']')
            {
                return i;
            }
        }

        return -1;
    }

    private static Step BracketOf(string text)
    {
        text = text.Trim();
        if (text == "*")
        {
            return new Step(StepKind.All, "", "");
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            return new Step(StepKind.Index, text, "");
        }

        if (text.Length > 1 && text[0] is '\'' or '"')
        {
            return new Step(StepKind.Field, text[1..^1], "");
        }

        var equals = text.IndexOf("==", StringComparison.Ordinal);
        return text.StartsWith("?(@.", StringComparison.Ordinal) && text.EndsWith(')') && equals > 0
            ? new Step(StepKind.Filter, text[4..equals].Trim(), text[(equals + 2)..^1].Trim().Trim('"', '\''))
            : new Step(StepKind.Nothing, "", "");
    }

    private enum StepKind
    {
        Field,
        Index,
        All,
        Filter,
        Nothing,
    }

    private readonly record struct Step(StepKind Kind, string Name, string Value);
}
