using System.Text.Json;

namespace Hortus.Objects;

/// <summary>Rewords the errors of the JSON reader: field path first, then what is wanted, then where in the text.</summary>
internal static class JsonErrors
{
    /// <summary>An error of reading text.</summary>
    public static JsonException Explain(JsonException e)
    {
        var where = e.LineNumber is { } line ? $" (line {line + 1}, column {(e.BytePositionInLine ?? 0) + 1})" : "";
        return new JsonException(Reason(e) + where, e.Path, e.LineNumber, e.BytePositionInLine, e);
    }

    /// <summary>An error of reading a tree, which has no lines.</summary>
    public static JsonException ExplainTree(JsonException e) => new(Reason(e), e.Path, null, null, e);

    /// <summary>The path of the reader, <c>$.spec['a/b'][0]</c>, as field path.</summary>
    public static string FieldPathOf(string? path) => path is null
        ? ""
        : path.TrimStart('$').TrimStart('.').Replace("['", "[", StringComparison.Ordinal)
            .Replace("']", "]", StringComparison.Ordinal);

    private static string Reason(JsonException e)
    {
        var field = FieldPathOf(e.Path);
        var message = e.Message;
        var reason = message.StartsWith("The JSON value could not be converted to ", StringComparison.Ordinal)
            ? $"want {Wanted(message)}"
            : Cut(message);
        return field.Length == 0 ? reason : $"{field}: {reason}";
    }

    private static string Wanted(string message)
    {
        var name = message["The JSON value could not be converted to ".Length..];
        name = name[..(name.IndexOf(". Path:", StringComparison.Ordinal) is var end and >= 0 ? end : name.Length)];
        return name.TrimEnd('.') switch
        {
            "System.String" => "a string",
            "System.Boolean" or "System.Nullable`1[System.Boolean]" => "true or false",
            "System.Int32" or "System.Nullable`1[System.Int32]" => "a 32-bit integer",
            "System.Int64" or "System.Nullable`1[System.Int64]" => "a 64-bit integer",
            "System.Double" or "System.Nullable`1[System.Double]" => "a number",
            "System.Byte[]" => "a base64 string",
            { } list when list.StartsWith("System.Collections.Generic.IReadOnlyList", StringComparison.Ordinal) => "a list",
            { } map when map.StartsWith("System.Collections.Generic.IReadOnlyDictionary", StringComparison.Ordinal) => "a map",
            _ => "an object",
        };
    }

    // The reader appends the path and position to its own messages; they are said once, by us.
    private static string Cut(string message)
    {
        var end = message.IndexOf(" Path: $", StringComparison.Ordinal);
        end = end >= 0 ? end : message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return (end >= 0 ? message[..end] : message).TrimEnd('.', ' ', '|');
    }
}
