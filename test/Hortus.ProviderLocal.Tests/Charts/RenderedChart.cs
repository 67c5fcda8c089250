using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Testing;

namespace Hortus.ProviderLocal.Tests.Charts;

/// <summary>A chart of this repository as the real helm renders it.</summary>
internal sealed class RenderedChart
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private RenderedChart(IReadOnlyList<JsonObject> objects) => Objects = objects;

    public IReadOnlyList<JsonObject> Objects { get; }

    /// <summary>Pod of its one Deployment.</summary>
    public JsonObject Pod => One("Deployment")["spec"]!["template"]!["spec"]!.AsObject();

    /// <summary>Arguments of that pod's container.</summary>
    public IReadOnlyList<string> Arguments => [.. Pod["containers"]![0]!["args"]!.AsArray().Select(word => (string)word!)];

    public static async Task<RenderedChart> OfAsync(string chart, params string[] flags) => new(
        [.. KubernetesYaml.ParseAll((await HelmAsync(["template", "provider-local", BuiltTools.Chart(chart), .. flags])).Succeeded())]);

    public static Task<CommandResult> HelmAsync(params string[] arguments) => Commands.RunAsync(BuiltTools.Helm, Limit, arguments);

    /// <summary>The one object of a kind.</summary>
    public JsonObject One(string kind) => Objects.Single(item => (string?)item["kind"] == kind);

    /// <summary>The flags of the pod that an options record does not have.</summary>
    public IEnumerable<string> FlagsUnknownTo(Type options)
    {
        var known = options.GetProperties().Select(property => KebabCase(property.Name)).Append("-v").ToHashSet();
        return Arguments.Where(word => word.StartsWith('-')).Select(word => word.Split('=')[0]).Where(flag => !known.Contains(flag));
    }

    private static string KebabCase(string name) =>
        "-" + string.Concat(name.Select(letter => char.IsUpper(letter) ? "-" + char.ToLowerInvariant(letter) : letter.ToString()));
}
