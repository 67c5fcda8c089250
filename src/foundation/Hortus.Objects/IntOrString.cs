using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hortus.Objects;

/// <summary>A field that takes a number or a text, such as a port by number or by name, or a count or a
/// percentage.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    private readonly int number;

    private IntOrString(int number, string? text)
    {
        this.number = number;
        Text = text;
    }

    /// <summary>The text, or null when the value is a number.</summary>
    public string? Text { get; }

    /// <summary>The number, or null when the value is a text.</summary>
    public int? Number => Text is null ? number : null;

    public static implicit operator IntOrString(int number) => new(number, null);

    public static implicit operator IntOrString(string text) => new(0, text);

    /// <summary>Resolves a count or percentage against <paramref name="total"/>.</summary>
    /// <exception cref="FormatException">The text is not a percentage such as <c>25%</c>.</exception>
    public int Resolve(int total, bool roundUp)
    {
        if (Text is null)
        {
            return number;
        }

        if (!Text.EndsWith('%')
            || !int.TryParse(Text.AsSpan(0, Text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent))
        {
            throw new FormatException($"invalid value \"{Text}\": want a number or a percentage such as \"25%\"");
        }

        var share = (long)total * percent;
        return (int)(roundUp ? (share + 99) / 100 : share / 100);
    }

    public override string ToString() => Text ?? number.ToString(CultureInfo.InvariantCulture);
}

internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetInt32(out var number) => number,
            JsonTokenType.String => reader.GetString()!,
            _ => throw new JsonException("want a 32-bit integer or a string"),
        };

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
        {
            writer.WriteStringValue(text);
        }
        else
        {
            writer.WriteNumberValue(value.Number!.Value);
        }
    }
}
