using System.Collections.Frozen;
using System.Globalization;

namespace Hortus.ApiServer.Decoding.Protobuf;

/// <summary>
/// Which field of which message a number stands for, read from <c>fields.txt</c>. Sections are <c>[package apiVersion]</c>
/// (<c>*</c>: any), a line is <c>Message: number name type, ...</c>, continued lines are indented. Types: <c>s</c> text,
/// <c>i</c> integer, <c>b</c> boolean, <c>f</c> float, <c>y</c> bytes, <c>T</c> time, <c>M</c> time with microseconds,
/// <c>Q</c> quantity, <c>I</c> integer or text, <c>D</c> duration, <c>R</c> JSON, <c>L</c> a message around a list of texts,
/// <c>package.Message</c> (the section's own package may be left out). <c>*</c> before a type is a list, <c>%</c> a map from
/// text; <c>!</c> after it keeps zero values; the name <c>-</c> puts the message's fields into its parent.
/// </summary>
internal static class ProtobufFields
{
    private static readonly Lazy<Tables> Loaded = new(Load);

    /// <summary>The message of a kind; null when it cannot be read from protobuf.</summary>
    public static IReadOnlyDictionary<int, ProtobufField>? OfKind(string apiVersion, string kind) =>
        Loaded.Value.Kinds.GetValueOrDefault((apiVersion, kind)) ?? Loaded.Value.Kinds.GetValueOrDefault(("*", kind));

    /// <summary>A message by package and name.</summary>
    public static IReadOnlyDictionary<int, ProtobufField> Message(string name) => Loaded.Value.Messages[name];

    private static Tables Load()
    {
        using var stream = typeof(ProtobufFields).Assembly.GetManifestResourceStream("Hortus.ApiServer.protobuf-fields")!;
        using var reader = new StreamReader(stream);
        var messages = new Dictionary<string, IReadOnlyDictionary<int, ProtobufField>>();
        var kinds = new Dictionary<(string, string), IReadOnlyDictionary<int, ProtobufField>>();
        var (package, apiVersion) = ("", "");
        foreach (var line in Unfold(reader))
        {
            if (line.StartsWith('['))
            {
                var words = line.Trim('[', ']').Split(' ');
                (package, apiVersion) = (words[0], words[1]);
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var fields = line[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(text => ProtobufField.Parse(text, package))
                .ToFrozenDictionary(field => field.Number);
            messages[package + "." + line[..colon]] = fields;
            kinds[(apiVersion, line[..colon])] = fields;
        }

        return new Tables(messages.ToFrozenDictionary(), kinds.ToFrozenDictionary());
    }

    private static IEnumerable<string> Unfold(StreamReader reader)
    {
        var whole = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith(' '))
            {
                whole += line;
                continue;
            }

            if (whole.Length > 0)
            {
                yield return whole;
            }

            whole = line.StartsWith('#') ? "" : line;
        }

        yield return whole;
    }

    private sealed record Tables(
        FrozenDictionary<string, IReadOnlyDictionary<int, ProtobufField>> Messages,
        FrozenDictionary<(string ApiVersion, string Kind), IReadOnlyDictionary<int, ProtobufField>> Kinds);
}

/// <summary>A field of a message.</summary>
/// <param name="Number">Its number on the wire.</param>
/// <param name="Name">Its name in JSON; <c>-</c> when its fields belong to the parent.</param>
/// <param name="Shape"><c>'*'</c> a list, <c>'%'</c> a map, <c>' '</c> a single value.</param>
/// <param name="Type">One letter, or package and name of a message.</param>
/// <param name="KeepsZero">Whether zero, false and empty are values rather than absence.</param>
internal sealed record ProtobufField(int Number, string Name, char Shape, string Type, bool KeepsZero)
{
    public bool IsInline => Name == "-";

    public static ProtobufField Parse(string text, string package)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var type = words[2];
        var keeps = type.EndsWith('!');
        type = type.TrimEnd('!');
        var shape = type[0] is '*' or '%' ? type[0] : ' ';
        type = type.TrimStart('*', '%');
        return new ProtobufField(
            int.Parse(words[0], CultureInfo.InvariantCulture),
            words[1],
            shape,
            type.StartsWith('.') ? package + type : type,
            keeps);
    }
}
