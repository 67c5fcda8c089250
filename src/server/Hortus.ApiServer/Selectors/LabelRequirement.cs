using System.Globalization;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Selectors;

/// <summary>One requirement of a label selector in text form: <c>a=b</c>, <c>a!=b</c>, <c>a in (b,c)</c>, <c>a</c>, <c>!a</c>,
/// <c>a&gt;1</c>.</summary>
internal sealed record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    /// <summary>Parses requirements joined by commas.</summary>
    /// <exception cref="ApiStatusException">400: malformed.</exception>
    public static IReadOnlyList<LabelRequirement> Parse(string text)
    {
        var parts = SplitOutsideParentheses(text);
        var requirements = new List<LabelRequirement>(parts.Count);
        foreach (var part in parts)
        {
            var requirement = ParseOne(part.Trim(), text);
            if (requirement.Values.FirstOrDefault(value => !MetadataValidation.IsLabelValue(value)) is { } value)
            {
                throw Malformed(text, $"'{value}' is no label value");
            }

            requirements.Add(requirement);
        }

        return requirements;
    }

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var exists = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            LabelOperator.Exists => exists,
            LabelOperator.DoesNotExist => !exists,
            LabelOperator.In => exists && Values.Contains(value, StringComparer.Ordinal),
            LabelOperator.NotIn => !exists || !Values.Contains(value, StringComparer.Ordinal),
            LabelOperator.GreaterThan => exists && Number(value!) is { } n && n > Number(Values[0]),
            _ => exists && Number(value!) is { } n && n < Number(Values[0]),
        };
    }

    private const int ValueCharsMax = 63;

    private static LabelRequirement ParseOne(string part, string text)
    {
        if (part.StartsWith('!'))
        {
            return new LabelRequirement(CheckKey(part[1..].Trim(), text), LabelOperator.DoesNotExist, []);
        }

        foreach (var (sign, @operator) in Signs)
        {
            var at = part.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0 && !part.Contains('(', StringComparison.Ordinal))
            {
                var value = CheckValue(part[(at + sign.Length)..].Trim(), text);
                if (@operator is LabelOperator.GreaterThan or LabelOperator.LessThan && Number(value) is null)
                {
                    throw Malformed(text, $"{sign} compares with a whole number, found '{value}'");
                }

                return new LabelRequirement(CheckKey(part[..at].Trim(), text), @operator, [value]);
            }
        }

        var space = part.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
        {
            return new LabelRequirement(CheckKey(part, text), LabelOperator.Exists, []);
        }

        var rest = part[space..].Trim();
        var isNot = rest.StartsWith("notin", StringComparison.Ordinal);
        var list = rest[Math.Min(rest.Length, isNot ? 5 : 2)..].Trim();
        if ((!isNot && !rest.StartsWith("in", StringComparison.Ordinal)) || !list.StartsWith('(') || !list.EndsWith(')'))
        {
            throw Malformed(text, $"found '{rest}', expected: in, notin, =, ==, !=, gt, lt");
        }

        var values = list[1..^1].Split(',', StringSplitOptions.TrimEntries).Select(v => CheckValue(v, text)).ToArray();
        return new LabelRequirement(CheckKey(part[..space], text), isNot ? LabelOperator.NotIn : LabelOperator.In, values);
    }

    private static IReadOnlyList<(string Sign, LabelOperator Operator)> Signs { get; } =
    [
        ("!=", LabelOperator.NotIn),
        ("==", LabelOperator.In),
        ("=", LabelOperator.In),
        (">", LabelOperator.GreaterThan),
        ("<", LabelOperator.LessThan),
    ];

    private static List<string> SplitOutsideParentheses(string text)
    {
        var parts = new List<string>();
        var start = 0;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (text[i] == ',' && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        if (depth != 0)
        {
            throw Malformed(text, "the parentheses do not match");
        }

        // A comma at the end asks for one more requirement, an empty text for none.
        if (text.Length > 0)
        {
            parts.Add(text[start..]);
        }

        return parts;
    }

    private static string CheckKey(string key, string text) =>
        MetadataValidation.IsLabelKey(key) ? key : throw Malformed(text, $"'{key}' is no label key");

    private static string CheckValue(string value, string text) =>
        value.Length <= ValueCharsMax && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? value
            : throw Malformed(text, $"'{value}' is no label value");

    private static ApiStatusException Malformed(string text, string why) =>
        ApiErrors.BadRequest($"unable to parse requirement: invalid label selector \"{text}\": {why}");

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}

internal enum LabelOperator
{
    Exists,
    DoesNotExist,
    In,
    NotIn,
    GreaterThan,
    LessThan,
}
