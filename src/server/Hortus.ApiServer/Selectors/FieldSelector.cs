using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Selectors;

/// <summary>A field selector: <c>a=b,c!=d</c> over the fields a resource allows.</summary>
internal sealed class FieldSelector
{
    private readonly List<Term> terms;

    private FieldSelector(List<Term> terms) => this.terms = terms;

    /// <summary>Whether it selects everything.</summary>
    public bool IsEmpty => terms.Count == 0;

    /// <summary>The name all matching objects have, when the selector asks for one.</summary>
    public string? Name => terms.FirstOrDefault(t => t.Label == "metadata.name" && !t.Negated)?.Value;

    /// <summary>Parses a selector for a resource.</summary>
    /// <exception cref="ApiStatusException">400: malformed, or a field that is not selectable.</exception>
    public static FieldSelector Parse(string text, ResourceDefinition definition)
    {
        var terms = new List<Term>();
        foreach (var part in Split(text).Where(p => p.Length > 0))
        {
            var position = part.IndexOf('=', StringComparison.Ordinal);
            if (position <= 0)
            {
                throw ApiErrors.BadRequest(
                    $"unable to parse requirement: invalid field selector '{part}'; can't understand '{part}'");
            }

            var negated = part[position - 1] == '!';
            var label = part[..(negated ? position - 1 : position)].Trim();
            var valueStart = !negated && position + 1 < part.Length && part[position + 1] == '=' ? position + 2 : position + 1;
            var value = part[valueStart..];
            if (value.Replace("\\=", "", StringComparison.Ordinal).Contains('=', StringComparison.Ordinal))
            {
                throw ApiErrors.BadRequest($"invalid field selector '{part}': '=' in a value must be written as '\\='");
            }

            terms.Add(new Term(label, Unescape(value), negated, ValueOf(label, definition)));
        }

        return new FieldSelector(terms);
    }

    /// <summary>The requirements of the form <c>field=value</c>; what cannot be read is left out, because authorization
    /// comes before the request is checked.</summary>
    public static IReadOnlyDictionary<string, string> Equalities(string text)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in Split(text))
        {
            var position = part.IndexOf('=', StringComparison.Ordinal);
            if (position > 0 && part[position - 1] != '!')
            {
                found[part[..position].Trim()] = Unescape(part[(position + 1)..].TrimStart('='));
            }
        }

        return found;
    }

    public bool Matches(JsonObject value) =>
        terms.TrueForAll(t => string.Equals(t.Read(value), t.Value, StringComparison.Ordinal) != t.Negated);

    private static Func<JsonObject, string> ValueOf(string label, ResourceDefinition definition)
    {
        // Every kind without fields of its own knows both, built-in ones outside of namespaces too.
        var hasNamespace = definition.Kind.Namespaced || (definition.SelectableFields.Count == 0 && !definition.IsCustom);
        if (label is "metadata.name" || (label is "metadata.namespace" && hasNamespace))
        {
            return o => JsonPaths.Text(o, label);
        }

        return definition.SelectableFields.FirstOrDefault(f => f.Label == label)?.Value
            ?? throw ApiErrors.BadRequest($"field label not supported: {label}");
    }

    private static IEnumerable<string> Split(string text)
    {
        var part = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                part.Append(text[i]).Append(text[++i]);
            }
            else if (text[i] == ',')
            {
                yield return part.ToString();
                part.Clear();
            }
            else
            {
                part.Append(text[i]);
            }
        }

        if (part.Length > 0)
        {
            yield return part.ToString();
        }
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            plain.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
        }

        return plain.ToString();
    }

    private sealed record Term(string Label, string Value, bool Negated, Func<JsonObject, string> Read);
}
