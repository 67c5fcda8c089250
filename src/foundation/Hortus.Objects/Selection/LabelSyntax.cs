using System.Buffers;

namespace Hortus.Objects;

/// <summary>The rules for label keys and values. Source: Kubernetes, labels and selectors, syntax and character
/// set.</summary>
public static class LabelSyntax
{
    private const int NameLengthMax = 63;
    private const int PrefixLengthMax = 253;

    private static readonly SearchValues<char> PrefixCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether text is a label key: <c>name</c> or <c>dns.prefix/name</c>.</summary>
    public static bool IsKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? IsName(text)
            : IsPrefix(text.AsSpan(0, slash)) && IsName(text.AsSpan(slash + 1));
    }

    /// <summary>Whether text is a label value: empty, or up to 63 letters, digits, <c>-</c>, <c>_</c>, <c>.</c>,
    /// with a letter
    /// or digit at both ends.</summary>
    public static bool IsValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 || IsName(text);
    }

    internal static LabelRequirement Requirement(string key, LabelOperator comparison, IReadOnlyList<string> values)
    {
        if (!IsKey(key))
        {
            throw new FormatException($"invalid label key \"{key}\": want [dns.prefix/]name of letters, digits, '-', '_' and '.'");
        }

        if (values.FirstOrDefault(v => !IsValue(v)) is { } bad)
        {
            throw new FormatException(
                $"invalid value \"{bad}\" for label \"{key}\": want at most {NameLengthMax} letters, digits, '-', '_' and '.'");
        }

        var wanted = comparison switch
        {
            LabelOperator.In or LabelOperator.NotIn when values.Count == 0 => "at least one value",
            LabelOperator.Exists or LabelOperator.DoesNotExist when values.Count > 0 => "no values",
            LabelOperator.GreaterThan or LabelOperator.LessThan when values.Count != 1 || !long.TryParse(values[0], out _) =>
                "one integer",
            _ => null,
        };
        return wanted is null
            ? new LabelRequirement(key, comparison, values)
            : throw new FormatException($"invalid values for operator {comparison} on label \"{key}\": want {wanted}");
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > NameLengthMax || !char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPrefix(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > PrefixLengthMax)
        {
            return false;
        }

        foreach (var part in text.Split('.'))
        {
            var label = text[part];
            if (label.Length == 0 || label[0] == '-' || label[^1] == '-' ||
                label.ContainsAnyExcept(PrefixCharacters))
            {
                return false;
            }
        }

        return true;
    }
}
