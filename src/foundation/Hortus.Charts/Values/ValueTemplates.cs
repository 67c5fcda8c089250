using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Hortus.Charts;

/// <summary>
/// The one kind of template that values of a chart may hold: <c>{{ .resources.NAME.data.KEY }}</c> stands for a text of a declared
/// Secret or ConfigMap. NAME and KEY are ASCII letters and digits, so keys such as <c>tls.crt</c> cannot be used. Templates may be
/// in keys and anywhere in texts, several in one; a replaced text is not searched again. Pure.
/// </summary>
public static partial class ValueTemplates
{
    private const int QuotedMax = 80;

    /// <summary>What is wrong with the templates in values, in the order in which they stand; empty when nothing is.</summary>
    /// <param name="values">The values; null has no templates.</param>
    /// <param name="declared">Names of the declared resources.</param>
    public static IReadOnlyList<ValueTemplateFault> Check(JsonNode? values, IReadOnlySet<string> declared)
    {
        ArgumentNullException.ThrowIfNull(declared);
        return
        [
            .. from text in Texts(values, "")
               from part in Parts(text.Text)
               let reason = part.Fault ?? Undeclared(part.Reference, declared)
               where reason is not null
               select new ValueTemplateFault(text.Path, Shorten(part.Text), reason),
        ];
    }

    /// <summary>Everything that legal templates in values refer to.</summary>
    public static IReadOnlySet<ValueReference> Uses(JsonNode? values) =>
        Texts(values, "").SelectMany(text => Parts(text.Text)).Select(part => part.Reference).OfType<ValueReference>().ToHashSet();

    /// <summary>Copies values with every template replaced.</summary>
    /// <exception cref="ValueTemplateException">A template is not legal, or what it refers to is not there.</exception>
    public static ResolvedValues Resolve(JsonObject values, IReadOnlyDictionary<string, TemplateResource> resources)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(resources);
        var confidential = new HashSet<string>(StringComparer.Ordinal);
        return new ResolvedValues((JsonObject)Replace(values, "", resources, confidential)!, confidential);
    }

    private static JsonNode? Replace(
        JsonNode? node, string path, IReadOnlyDictionary<string, TemplateResource> resources, HashSet<string> confidential)
    {
        switch (node)
        {
            case JsonObject map:
                var copy = new JsonObject();
                foreach (var (name, value) in map)
                {
                    var inner = Below(path, name);
                    if (!copy.TryAdd(Replace(name, inner, resources, confidential), Replace(value, inner, resources, confidential)))
                    {
                        throw new ValueTemplateException($"{inner}: another key becomes the same text");
                    }
                }

                return copy;
            case JsonArray list:
                return new JsonArray([.. list.Select((item, i) => Replace(item, $"{path}[{i}]", resources, confidential))]);
            case JsonValue value when value.TryGetValue<string>(out var text):
                return JsonValue.Create(Replace(text, path, resources, confidential));
            default:
                return node?.DeepClone();
        }
    }

    private static string Replace(
        string text, string path, IReadOnlyDictionary<string, TemplateResource> resources, HashSet<string> confidential)
    {
        var parts = Parts(text).ToList();
        return parts.All(part => part.Reference is null && part.Fault is null)
            ? text
            : string.Concat(parts.Select(part => Replace(part, path, resources, confidential)));
    }

    private static string Replace(
        Part part, string path, IReadOnlyDictionary<string, TemplateResource> resources, HashSet<string> confidential)
    {
        if (part.Fault is not null)
        {
            throw new ValueTemplateException(new ValueTemplateFault(path, Shorten(part.Text), part.Fault).ToString());
        }

        if (part.Reference is not { } reference)
        {
            return part.Text;
        }

        if (!resources.TryGetValue(reference.Resource, out var resource))
        {
            throw new ValueTemplateException($"{path}: \"{part.Text}\": no resource is declared with the name {reference.Resource}");
        }

        if (!resource.Data.TryGetValue(reference.Key, out var value))
        {
            throw new ValueTemplateException($"{path}: \"{part.Text}\": the resource has no key {reference.Key}");
        }

        if (resource.IsConfidential && value.Length > 0)
        {
            confidential.Add(value);
        }

        return value;
    }

    private static string? Undeclared(ValueReference? reference, IReadOnlySet<string> declared) =>
        reference is { } used && !declared.Contains(used.Resource)
            ? $"no resource is declared with the name {used.Resource}"
            : null;

    private static IEnumerable<(string Path, string Text)> Texts(JsonNode? node, string path) => node switch
    {
        JsonObject map => map.SelectMany(
            field => Texts(field.Value, Below(path, field.Key)).Prepend((Below(path, field.Key), field.Key))),
        JsonArray list => list.SelectMany((item, i) => Texts(item, $"{path}[{i}]")),
        JsonValue value when value.TryGetValue<string>(out var text) => [(path, text)],
        _ => [],
    };

    private static string Below(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static IEnumerable<Part> Parts(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf("{{", at, StringComparison.Ordinal);
            var before = text[at..(open < 0 ? text.Length : open)];
            yield return before.Contains("}}", StringComparison.Ordinal)
                ? new Part(before, null, "\"}}\" ends no template: a template is {{ .resources.NAME.data.KEY }}")
                : new Part(before, null, null);
            if (open < 0)
            {
                yield break;
            }

            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                yield return new Part(text[open..], null, "\"{{\" without \"}}\": a template is {{ .resources.NAME.data.KEY }}");
                yield break;
            }

            at = close + 2;
            yield return Template(text[open..at]);
        }
    }

    private static Part Template(string text)
    {
        var match = Legal().Match(text);
        return match.Success
            ? new Part(text, new ValueReference(match.Groups[1].Value, match.Groups[2].Value), null)
            : new Part(text, null, "want {{ .resources.NAME.data.KEY }}, NAME and KEY of letters and digits only");
    }

    private static string Shorten(string text) => text.Length <= QuotedMax ? text : text[..QuotedMax] + "...";

    [GeneratedRegex(@"\A\{\{\s*\.resources\.([a-zA-Z0-9]+)\.data\.([a-zA-Z0-9]+)\s*\}\}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Legal();

    // A piece of a text: a legal template (with its reference), one at fault, or other text (neither).
    private readonly record struct Part(string Text, ValueReference? Reference, string? Fault);
}
