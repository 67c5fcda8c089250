using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Objects;

/// <summary>Writes JSON trees as block style YAML; one tree has exactly one text.</summary>
internal sealed class YamlWriter
{
    private readonly StringBuilder text = new();

    public static string Write(JsonNode? node)
    {
        var writer = new YamlWriter();
        writer.Block(node, 0);
        return writer.text.ToString();
    }

    // Writes a value that starts at the current position, which is at column indent of its line.
    private void Block(JsonNode? node, int indent)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                Fields(map, indent);
                break;
            case JsonArray { Count: > 0 } list:
                Items(list, indent);
                break;
            default:
                Scalar(node, indent);
                break;
        }
    }

    private void Fields(JsonObject map, int indent)
    {
        var first = true;
        foreach (var (key, value) in map.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            Indent(first ? 0 : indent);
            first = false;
            text.Append(IsPlain(key) ? key : Quoted(key)).Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 } child:
                    text.Append('\n');
                    Indent(indent + 2);
                    Fields(child, indent + 2);
                    break;
                case JsonArray { Count: > 0 } list:
                    text.Append('\n');
                    Indent(indent);
                    Items(list, indent);
                    break;
                default:
                    text.Append(' ');
                    Scalar(value, indent + 2);
                    break;
            }
        }
    }

    private void Items(JsonArray list, int indent)
    {
        for (var i = 0; i < list.Count; i++)
        {
            Indent(i == 0 ? 0 : indent);
            text.Append("- ");
            Block(list[i], indent + 2);
        }
    }

    private void Scalar(JsonNode? node, int indent)
    {
        var written = node switch
        {
            null => "null",
            JsonObject => "{}",
            JsonArray => "[]",
            _ when node.GetValueKind() == JsonValueKind.String => Text(node.GetValue<string>(), Math.Max(indent, 2)),
            _ => node.ToJsonString(),
        };
        text.Append(written).Append('\n');
    }

    private static string Text(string value, int indent)
    {
        if (IsPlain(value))
        {
            return value;
        }

        return value.Contains('\n', StringComparison.Ordinal) && IsLiteral(value) ? Literal(value, indent) : Quoted(value);
    }

    private static string Literal(string value, int indent)
    {
        var body = value.TrimEnd('\n');
        var ends = value.Length - body.Length;
        var margin = new string(' ', indent);
        var block = new StringBuilder(ends switch { 0 => "|-", 1 => "|", _ => "|+" });
        foreach (var line in body.Split('\n'))
        {
            block.Append('\n').Append(line.Length == 0 ? "" : margin).Append(line);
        }

        // The caller ends the last line; further empty lines belong to the text.
        return block.Append('\n', Math.Max(0, ends - 1)).ToString();
    }

    // A literal block needs a first line that shows the indentation, and characters that need no escape.
    private static bool IsLiteral(string value) =>
        value[0] is not (' ' or '\n' or '\t') && value.All(c => c is '\n' or '\t' || IsPrintable(c))
        && !value.Contains(" \n", StringComparison.Ordinal) && !value.Contains("\t\n", StringComparison.Ordinal)
        && value[^1] is not (' ' or '\t');

    private static bool IsPlain(string value) =>
        value.Length > 0
        && YamlScalars.IsText(value)
        && (char.IsAsciiLetterOrDigit(value[0]) || value[0] is '/' or '_' or '.' or '+' or '(' or '$')
        && value is not ("..." or "y" or "Y" or "n" or "N")
        && !(char.IsAsciiDigit(value[0]) && (value.Contains(':', StringComparison.Ordinal) || IsDate(value)))
        && value[^1] is not (' ' or ':')
        && value.All(c => IsPrintable(c) && c != '\t')
        && !value.Contains(": ", StringComparison.Ordinal)
        && !value.Contains(" #", StringComparison.Ordinal);

    // Times and dates are text to us, but other readers make numbers and dates of them.
    private static bool IsDate(string value) =>
        value.Length >= 8 && value[4] == '-' && value.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool IsPrintable(char c) => c is >= ' ' and < '\u007f' or >= '\u00a0' and < '\u2000' or > '\u206f' and < '\ud800';

    private static string Quoted(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ when IsPrintable(c) || char.IsSurrogate(c) => quoted.Append(c),
                _ => quoted.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture)),
            };
        }

        return quoted.Append('"').ToString();
    }

    private void Indent(int columns) => text.Append(' ', columns);
}
