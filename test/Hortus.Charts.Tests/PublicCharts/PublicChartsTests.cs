using System.Text.Json.Nodes;
using Hortus.Objects;
using Xunit.Abstractions;
using static Hortus.Charts.Tests.HelmFixture;

namespace Hortus.Charts.Tests.PublicCharts;

/// <summary>Renders charts of others and compares each object with what <c>helm template</c> prints; docs/reference/charts.md says how
/// to run it.</summary>
[Trait("Category", "Upstream")]
public sealed class PublicChartsTests(HelmFixture helm, ITestOutputHelper log) : IClassFixture<HelmFixture>
{
    private const string HookAnnotation = "helm.sh/hook";

    public static TheoryData<string> Charts => [.. PublicChart.Names()];

    [SkippableTheory]
    [MemberData(nameof(Charts))]
    public async Task A_public_chart_is_rendered_as_helm_template_renders_it(string name)
    {
        Skip.If(name == PublicChart.None, $"{PublicChart.FolderVariable} names no folder with packaged charts");
        using var deadline = Deadline();
        using var bare = new BareHelm();
        var chart = PublicChart.Find(name);
        var refusals = new List<string>();
        var objects = 0;
        foreach (var (label, values) in chart.Values())
        {
            var release = Release(await File.ReadAllBytesAsync(chart.File, deadline.Token)) with
            {
                Values = KubernetesYaml.ParseAll(values) is [{ } first, ..] ? first : [],
            };
            try
            {
                var expected = await bare.TemplateAsync(chart.File, release, values, deadline.Token);
                var again = await bare.TemplateAsync(chart.File, release, values, deadline.Token);
                var actual = await helm.Renderer.RenderAsync(release, deadline.Token);
                Compare(label, Delivered(expected), Delivered(again), actual.Objects);
                objects += actual.Objects.Count;
            }
            catch (BareHelmException refusal)
            {
                await Should.ThrowAsync<ChartException>(() => helm.Renderer.RenderAsync(release, deadline.Token), label);
                refusals.Add($"{label}: {refusal.Message}");
            }
        }

        var sets = chart.Values().Count;
        log.WriteLine($"{name}: {objects} objects, {sets - refusals.Count} of {sets} sets of values");
        refusals.ForEach(log.WriteLine);
        Skip.If(refusals.Count == sets, $"helm itself does not render it: {string.Join("; ", refusals)}");
    }

    private static void Compare(
        string label,
        IReadOnlyList<(string Template, JsonObject Json)> expected,
        IReadOnlyList<(string Template, JsonObject Json)> again,
        IReadOnlyList<RenderedObject> actual)
    {
        actual.Select(o => $"{o.Template} {Title(o.Json)}").ShouldBe(expected.Select(e => $"{e.Template} {Title(e.Json)}"), label);
        for (var i = 0; i < actual.Count; i++)
        {
            // What charts make up anew in each run, such as passwords and certificates, cannot be compared.
            var stable = Masked(expected[i].Json, again[i].Json);
            var ours = Masked(actual[i].Json, expected[i].Json, again[i].Json);
            JsonNode.DeepEquals(ours, stable).ShouldBeTrue(
                $"{label}: {actual[i].Template} {Title(actual[i].Json)}\nhelm: {stable!.ToJsonString()}\nours: {ours!.ToJsonString()}");
        }
    }

    // As docs/reference/charts.md says: lists are taken apart, and hooks that are not for an installation or upgrade stay away.
    private static List<(string Template, JsonObject Json)> Delivered(IReadOnlyList<(string Template, JsonObject Json)> printed) =>
    [
        .. printed
            .SelectMany(one => one.Json["kind"]?.ToString() == "List" && one.Json["items"] is JsonArray items
                ? items.Select(item => (one.Template, Json: (JsonObject)item!.DeepClone()))
                : [one])
            .Where(one => one.Json["metadata"]?["annotations"]?[HookAnnotation]?.ToString() is not { Length: > 0 } events
                || events.Split(',').Any(e => e.Trim() is "pre-install" or "post-install" or "pre-upgrade" or "post-upgrade" or "crd-install")),
    ];

    private static string Title(JsonObject json) =>
        $"{json["apiVersion"]} {json["kind"]} {json["metadata"]?["namespace"]}/{json["metadata"]?["name"]}";

    /// <summary>A copy of a document without the leaves in which two runs of helm differ.</summary>
    private static JsonNode? Masked(JsonNode? json, JsonNode? one, JsonNode? other)
    {
        if (JsonNode.DeepEquals(one, other))
        {
            return json?.DeepClone();
        }

        return (json, one, other) switch
        {
            (JsonObject j, JsonObject o, JsonObject p) => new JsonObject(
                j.Select(pair => KeyValuePair.Create(pair.Key, Masked(pair.Value, o[pair.Key], p[pair.Key])))),
            (JsonArray j, JsonArray o, JsonArray p) when j.Count == o.Count && o.Count == p.Count => new JsonArray(
                [.. j.Select((item, i) => Masked(item, o[i], p[i]))]),
            _ => "differs from run to run",
        };
    }

    private static JsonNode? Masked(JsonNode? one, JsonNode? other) => Masked(one, one, other);
}
