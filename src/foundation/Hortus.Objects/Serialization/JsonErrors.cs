using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hortus.Objects;

/// <summary>Rewords the errors of the JSON reader: field path first, then what is wanted, then where in the
/// text.</summary>
internal static class JsonErrors
{
    private const string Unconvertible = "The JSON value could not be converted to ";

    /// <summary>An error of reading text as <paramref name="type"/>.</summary>
    public static JsonException Explain(JsonException e, Type type)
    {
        var where = e.LineNumber is { } line ? $" (line {line + 1}, column {(e.BytePositionInLine ?? 0) + 1})" : "";
        return new JsonException(Reason(e, type) + where, e.Path, e.LineNumber, e.BytePositionInLine, e);
    }

    /// <summary>An error of reading a tree, which has no lines.</summary>
    public static JsonException ExplainTree(JsonException e, Type type) => new(Reason(e, type), e.Path, null, null, e);

    private static string Reason(JsonException e, Type type)
    {
        var steps = Steps(e.Path ?? "");
        var reason = e.Message.StartsWith(Unconvertible, StringComparison.Ordinal) ? $"want {Wanted(type, steps)}" : Cut(e.Message);
        return steps.Count == 0 ? reason : $"{Field(FieldPath.Root, steps)}: {reason}";
    }

    /// <summary>The field that steps lead to.</summary>
    public static FieldPath Field(FieldPath from, IEnumerable<Step> steps) => steps.Aggregate(
        from, (field, step) => step.Index is { } index ? field[index] : step.Quoted ? field.Key(step.Name) : field[step.Name]);

    // The reader's own message may name the enclosing type, so the type of the field is looked up by its path.
    private static string Wanted(Type type, List<Step> steps)
    {
        foreach (var step in steps)
        {
            var info = KubernetesJson.Options.GetTypeInfo(type);
            var next = info.Kind == JsonTypeInfoKind.Object
                ? info.Properties.FirstOrDefault(p => p.Name == step.Name)?.PropertyType
                : info.ElementType;
            if (next is null)
            {
                return "another type of value";
            }

            type = Nullable.GetUnderlyingType(next) ?? next;
        }

        return Name(type);
    }

    private static string Name(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => "a string",
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 => "a 32-bit integer",
        TypeCode.Int64 => "a 64-bit integer",
        TypeCode.Double => "a number",
        _ when type == typeof(byte[]) => "a base64 string",
        _ => KubernetesJson.Options.GetTypeInfo(type).Kind switch
        {
            JsonTypeInfoKind.Enumerable => "a list",
            JsonTypeInfoKind.Dictionary => "a map",
            _ => "an object",
        },
    };

    // The reader writes $.spec.list[0]['odd/name'].
    public static List<Step> Steps(string path)
    {
        var steps = new List<Step>();
        for (var at = 1; at < path.Length;)
        {
            int end;
            if (path[at] == '.')
            {
                end = path.AsSpan(at + 1).IndexOfAny('.', '[') is var next and >= 0 ? at + 1 + next : path.Length;
                steps.Add(new Step(path[(at + 1)..end], null, false));
            }
            else if (path.AsSpan(at).StartsWith("['", StringComparison.Ordinal))
            {
                end = path.IndexOf("']", at, StringComparison.Ordinal) is var quote and >= 0 ? quote + 2 : path.Length;
                steps.Add(new Step(path[(at + 2)..Math.Max(at + 2, end - 2)], null, true));
            }
            else
            {
                end = path.IndexOf(']', at) is var bracket and >= 0 ? bracket + 1 : path.Length;
                var inside = path[(at + 1)..Math.Max(at + 1, end - 1)];
                steps.Add(new Step(inside, int.TryParse(inside, out var index) ? index : null, false));
            }

            at = end;
        }

        return steps;
    }

    // The reader appends the path and position to its own messages; they are said once, by us.
    private static string Cut(string message)
    {
        var end = message.IndexOf(" Path: $", StringComparison.Ordinal);
        end = end >= 0 ? end : message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return (end >= 0 ? message[..end] : message).TrimEnd('.', ' ', '|');
    }

    internal readonly record struct Step(string Name, int? Index, bool Quoted);
}
