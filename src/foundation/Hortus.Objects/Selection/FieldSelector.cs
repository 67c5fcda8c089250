using System.Text;

namespace Hortus.Objects;

/// <summary>One requirement of a field selector: the field equals the value, or does not when negated.</summary>
public sealed record FieldRequirement(string Field, string Value, bool Negated);

/// <summary>A field selector such as <c>metadata.name=a,status.phase!=Running</c>: all requirements must be
/// met.</summary>
public sealed class FieldSelector
{
    private readonly FieldRequirement[] requirements;

    private FieldSelector(FieldRequirement[] requirements) => this.requirements = requirements;

    /// <summary>Matches every object.</summary>
    public static FieldSelector Everything { get; } = new([]);

    /// <summary>The requirements in the order given.</summary>
    public IReadOnlyList<FieldRequirement> Requirements => requirements;

    /// <summary>Parses the text form; null and empty match everything. In values <c>\,</c>, <c>\=</c> and <c>\\</c>
    /// stand for
    /// the characters themselves.</summary>
    /// <exception cref="FormatException">The text is not a field selector.</exception>
    public static FieldSelector Parse(string? text) =>
        string.IsNullOrEmpty(text) ? Everything : new([.. Terms(text).Where(t => t.Length > 0).Select(t => Requirement(text, t))]);

    /// <summary>Whether an object meets all requirements.</summary>
    /// <param name="valueOf">Gives the value of a field; null counts as empty.</param>
    public bool Matches(Func<string, string?> valueOf) =>
        Array.TrueForAll(requirements, r => (valueOf(r.Field) ?? "") == r.Value != r.Negated);

    /// <summary>The value that a field must equal, or null when the selector does not pin the field to one
    /// value.</summary>
    public string? RequiredValue(string field) =>
        Array.Find(requirements, r => r.Field == field && !r.Negated)?.Value;

    /// <summary>The text form for the <c>fieldSelector</c> query parameter.</summary>
    public override string ToString() => string.Join(
        ',', requirements.Select(r => $"{r.Field}{(r.Negated ? "!=" : "=")}{Escape(r.Value)}"));

    private static IEnumerable<string> Terms(string text)
    {
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == ',')
            {
                yield return text[start..at];
                start = at + 1;
            }
        }

        yield return text[start..];
    }

    private static FieldRequirement Requirement(string text, string term)
    {
        var sign = term.IndexOf('=', StringComparison.Ordinal);
        var negated = sign > 0 && term[sign - 1] == '!';
        var field = sign < 0 ? "" : term[..(negated ? sign - 1 : sign)].Trim();
        if (field.Length == 0)
        {
            throw new FormatException(
                $"invalid field selector \"{text}\": want field=value, field==value or field!=value, found \"{term}\"");
        }

        var value = term[(sign + 1)..];
        return new FieldRequirement(field, Unescape(text, !negated && value.StartsWith('=') ? value[1..] : value), negated);
    }

    private static string Unescape(string text, string value)
    {
        var plain = new StringBuilder(value.Length);
        for (var at = 0; at < value.Length; at++)
        {
            if (value[at] == '=' || (value[at] == '\\' && (++at == value.Length || value[at] is not ('\\' or ',' or '='))))
            {
                throw new FormatException(
                    $"invalid field selector \"{text}\": in the value \"{value}\" write '\\\\', '\\,' and '\\=' for these characters");
            }

            plain.Append(value[at]);
        }

        return plain.ToString();
    }

    private static string Escape(string value) => value
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace(",", "\\,", StringComparison.Ordinal)
        .Replace("=", "\\=", StringComparison.Ordinal);
}
