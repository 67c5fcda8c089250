using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Charts;

/// <summary>Takes the text that <c>helm template</c> prints apart. Helm begins each document with a line of three dashes and a line
/// with the template's name, and cuts the templates' own output at dashes, so the two lines together are always its own.</summary>
internal static class HelmOutput
{
    private const string Separator = "---\n# Source: ";
    private const string HookAnnotation = "helm.sh/hook";
    private static readonly string[] DeliveredEvents = ["pre-install", "post-install", "pre-upgrade", "post-upgrade", "crd-install"];

    /// <summary>The rendered chart.</summary>
    /// <param name="chart">What it says of itself.</param>
    /// <param name="output">What helm printed.</param>
    /// <param name="confidential">Texts that no message may show.</param>
    /// <exception cref="ChartException">A document is no object.</exception>
    public static RenderedChart Read(ChartDescription chart, string output, IReadOnlyCollection<string> confidential)
    {
        try
        {
            var rendered = Read(chart, output);
            return rendered with { Warnings = [.. rendered.Warnings.Select(warning => Redaction.Hide(warning, confidential))] };
        }
        catch (Fault fault)
        {
            var reason = Redaction.Hide(fault.Message, confidential);
            throw new ChartException($"chart {chart.Name} {chart.Version}: template {fault.Template}: {reason}")
            {
                Chart = chart.Name,
                Template = fault.Template,
            };
        }
    }

    private static RenderedChart Read(ChartDescription chart, string output)
    {
        var objects = new List<RenderedObject>();
        var hooks = new List<ChartHook>();
        var warnings = new List<string>();
        foreach (var (template, text) in Documents(output.ReplaceLineEndings("\n")))
        {
            foreach (var json in Parse(template, text, warnings).SelectMany(Items))
            {
                if (Incomplete(json) is { } fault)
                {
                    throw new Fault(template, fault);
                }

                var hook = HookOf(template, json);
                if (hook is not null)
                {
                    hooks.Add(hook);
                }

                if (hook is not { Delivered: false })
                {
                    objects.Add(new RenderedObject(template, json));
                }
            }
        }

        return new RenderedChart(chart.Name, chart.Version, chart.AppVersion, objects, hooks, warnings);
    }

    private static IEnumerable<(string Template, string Text)> Documents(string output)
    {
        var at = output.StartsWith(Separator, StringComparison.Ordinal) ? 0 : Next(output, 0);
        while (at >= 0)
        {
            var name = at + Separator.Length;
            var body = output.IndexOf('\n', name);
            var next = Next(output, at);
            if (body >= 0)
            {
                yield return (output[name..body].Trim(), output[(body + 1)..(next < 0 ? output.Length : next)]);
            }

            at = next;
        }
    }

    private static int Next(string output, int from)
    {
        var at = output.IndexOf("\n" + Separator, from, StringComparison.Ordinal);
        return at < 0 ? at : at + 1;
    }

    private static IReadOnlyList<JsonObject> Parse(string template, string text, List<string> warnings)
    {
        // Helm takes the last of keys that occur twice, and so do the charts that have them.
        var duplicates = new List<string>();
        try
        {
            return KubernetesYaml.ParseAll(text, duplicates);
        }
        catch (YamlFormatException e)
        {
            throw new Fault(template, $"what it renders cannot be read: {e.Message}");
        }
        finally
        {
            warnings.AddRange(duplicates.Select(d => $"template {template}: {d}"));
        }
    }

    private static IEnumerable<JsonObject> Items(JsonObject json) =>
        json["kind"] is JsonValue kind && kind.TryGetValue<string>(out var name) && name == "List" && json["items"] is JsonArray items
            ? items.OfType<JsonObject>().Select(item => (JsonObject)item.DeepClone())
            : [json];

    private static string? Incomplete(JsonObject json) =>
        !IsText(json["apiVersion"]) ? $"an object {json["kind"]} has no apiVersion"
        : !IsText(json["kind"]) ? "an object has no kind"
        : json["metadata"] is not JsonObject metadata || !IsText(metadata["name"]) ? $"a {json["kind"]} has no metadata.name"
        : null;

    private static bool IsText(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.String && node.GetValue<string>().Length > 0;

    private static ChartHook? HookOf(string template, JsonObject json)
    {
        if (json["metadata"]?["annotations"] is not JsonObject annotations || !IsText(annotations[HookAnnotation]))
        {
            return null;
        }

        var events = annotations[HookAnnotation]!.GetValue<string>()
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new ChartHook(
            template, $"{json["kind"]} {json["metadata"]!["name"]}", events, events.Any(DeliveredEvents.Contains));
    }

    private sealed class Fault(string template, string message) : Exception(message)
    {
        public string Template => template;
    }
}
