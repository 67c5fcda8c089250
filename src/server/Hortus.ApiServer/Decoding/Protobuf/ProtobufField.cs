using System.Globalization;

namespace Hortus.ApiServer.Decoding.Protobuf;

/// <summary>How the values of a field stand on the wire and in JSON.</summary>
internal enum ProtobufShape
{
    One,
    Repeated,
    Map,
}

/// <summary>One field of a message.</summary>
/// <param name="Name">Name in JSON.</param>
/// <param name="Type">A scalar (<c>string</c>, <c>bytes</c>, <c>int</c>, <c>bool</c>, <c>time</c>, <c>quantity</c>,
/// <c>intstr</c>) or the name of a message.</param>
/// <param name="Shape">Whether it occurs once, often, or as map entries.</param>
/// <param name="KeepsEmpty">Whether a zero or empty value means something other than absence.</param>
internal sealed record ProtobufField(string Name, string Type, ProtobufShape Shape, bool KeepsEmpty)
{
    /// <summary>Reads <c>number name type; ...</c>. A type may start with <c>[]</c> (repeated), <c>map:</c> or <c>*</c> (keeps
    /// zero values).</summary>
    public static Dictionary<int, ProtobufField> Parse(string text)
    {
        var fields = new Dictionary<int, ProtobufField>();
        foreach (var entry in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = entry.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var type = parts[2];
            var shape = type.StartsWith("[]", StringComparison.Ordinal) ? ProtobufShape.Repeated
                : type.StartsWith("map:", StringComparison.Ordinal) ? ProtobufShape.Map
                : ProtobufShape.One;
            type = shape switch { ProtobufShape.Repeated => type[2..], ProtobufShape.Map => type[4..], _ => type };
            fields[int.Parse(parts[0], CultureInfo.InvariantCulture)] =
                new ProtobufField(parts[1], type.TrimStart('*'), shape, type.StartsWith('*'));
        }

        return fields;
    }
}
