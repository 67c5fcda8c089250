using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Testing;

namespace Hortus.Packaging.Tests.Charts;

/// <summary>Runs helm on the charts of this repository.</summary>
internal static class ChartRun
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Runs helm, whatever comes of it.</summary>
    /// <param name="program"><c>helm</c> or <c>helm-3</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Task<CommandResult> HelmAsync(string program, params IReadOnlyList<string> arguments) =>
        Commands.RunAsync(BuiltTools.Installed(program), Limit, arguments);

    /// <summary>The objects of a release in the namespace garden.</summary>
    /// <param name="chart">Folder below charts/, whose release has the name of the chart.</param>
    /// <param name="arguments">Further arguments of <c>helm template</c>.</param>
    public static async Task<RenderedChart> RenderAsync(string chart, params IReadOnlyList<string> arguments) =>
        new(KubernetesYaml.ParseAll((await TemplateAsync(chart, arguments)).Succeeded()).Where(item => item.Count > 0));

    /// <summary>What helm says of values that the chart does not take.</summary>
    public static async Task<string> RefusalAsync(string chart, params IReadOnlyList<string> arguments)
    {
        var result = await TemplateAsync(chart, arguments);
        result.ExitCode.ShouldNotBe(0, $"helm took {string.Join(' ', arguments)}");
        return result.Error;
    }

    private static Task<CommandResult> TemplateAsync(string chart, IReadOnlyList<string> arguments) =>
        HelmAsync("helm", ["template", chart, BuiltTools.Chart(chart), "--namespace=garden", .. arguments]);
}

/// <summary>The objects of a rendered chart.</summary>
internal sealed class RenderedChart(IEnumerable<JsonObject> items)
{
    public IReadOnlyList<JsonObject> Items { get; } = [.. items];

    public Deployment Deployment => Of<Deployment>("Deployment").ShouldHaveSingleItem();

    public Container Container => Deployment.Spec.Template.Spec.Containers.ShouldHaveSingleItem();

    public IReadOnlyList<ConfigMap> ConfigMaps => Of<ConfigMap>("ConfigMap");

    public IReadOnlyList<Secret> Secrets => Of<Secret>("Secret");

    public IReadOnlyList<T> Of<T>(string kind) where T : KubernetesObject =>
        [.. Items.Where(item => (string?)item["kind"] == kind).Select(KubernetesJson.Deserialize<T>)];
}
