using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hortus.Objects;

/// <summary>The types of scalars, as <see cref="KubernetesYaml"/> documents them.</summary>
internal static partial class YamlScalars
{
    /// <summary>The JSON value of a scalar.</summary>
    /// <exception cref="YamlFormatException">The tag does not fit the text.</exception>
    public static JsonNode? Value(Scalar scalar)
    {
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        switch (tag)
        {
            case "" when scalar.Style == ScalarStyle.Plain:
                return Plain(scalar.Value);
            case "tag:yaml.org,2002:null" when IsNull(scalar.Value):
                return null;
            case "tag:yaml.org,2002:int" or "tag:yaml.org,2002:bool" or "tag:yaml.org,2002:float" or "tag:yaml.org,2002:null":
                var typed = Plain(scalar.Value);
                return typed is not null && !IsText(scalar.Value)
                    ? typed
                    : throw new YamlFormatException(
                        $"\"{scalar.Value}\" does not fit its tag !!{tag[(tag.LastIndexOf(':') + 1)..]}",
                        scalar.Start.Line,
                        scalar.Start.Column);
            default:
                return JsonValue.Create(scalar.Value);
        }
    }

    /// <summary>Whether an unquoted scalar is read as text.</summary>
    public static bool IsText(string text) => !IsNull(text) && Bool(text) is null && Number(text) is null;

    private static JsonValue? Plain(string text) =>
        IsNull(text) ? null
        : Bool(text) is { } flag ? JsonValue.Create(flag)
        : Number(text) ?? JsonValue.Create(text);

    private static bool IsNull(string text) => text is "" or "~" or "null" or "Null" or "NULL";

    private static bool? Bool(string text) => text switch
    {
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        _ => null,
    };

    private static JsonValue? Number(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.'))
        {
            return null;
        }

        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (DecimalInteger().IsMatch(plain)
            && long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return JsonValue.Create(number);
        }

        if (Based().Match(plain) is { Success: true } based)
        {
            return InBase(based);
        }

        return Float().IsMatch(plain) &&
            double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)
            ? JsonValue.Create(real)
            : null;
    }

    private static JsonValue? InBase(Match match)
    {
        var digits = match.Groups["digits"].ValueSpan;
        var radix = match.Groups["base"].Value switch { "0x" => 16, "0b" => 2, _ => 8 };
        var value = 0L;
        foreach (var c in digits)
        {
            var digit = c >= 'a' ? c - 'a' + 10 : c >= 'A' ? c - 'A' + 10 : c - '0';
            if (value > (long.MaxValue - digit) / radix)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return JsonValue.Create(match.Groups["sign"].Value == "-" ? -value : value);
    }

    [GeneratedRegex("^[-+]?(0|[1-9][0-9]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex DecimalInteger();

    [GeneratedRegex(
        "^(?<sign>[-+]?)((?<base>0x)(?<digits>[0-9a-fA-F]+)|(?<base>0b)(?<digits>[01]+)|(?<base>0o?)(?<digits>[0-7]+))$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Based();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Float();
}
