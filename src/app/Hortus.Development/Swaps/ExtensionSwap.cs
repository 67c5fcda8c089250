using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Runtime;

namespace Hortus.Development.Swaps;

/// <summary>Swaps a component of an extension through the values of its charts.</summary>
/// <param name="runtime">The cluster with the Extension.</param>
/// <param name="component">The component.</param>
/// <param name="extension">Name of the Extension.</param>
/// <param name="values">Maps of values in <c>spec.deployment</c> that have the image.</param>
public sealed class ExtensionSwap(
    IKubernetesClient runtime, string component, string extension, params IReadOnlyList<string[]> values) : IComponentSwap
{
    private readonly ObjectKey key = ObjectKey.Cluster(extension);

    public string Component => component;

    public string Place => $"image in {string.Join(" and ", values.Select(path => string.Join('.', path)))} of the Extension {extension}";

    public async Task<string?> TagAsync(CancellationToken cancellationToken)
    {
        if (await runtime.FindAsync<Extension>(key, cancellationToken) is not { } found)
        {
            return null;
        }

        var deployment = KubernetesJson.ToNode(found).At("spec", "deployment");
        return values.Select(path => deployment.At(path).Text("image", "tag")).FirstOrDefault(tag => tag is not null) ?? "";
    }

    public Task AskForAsync(string tag, bool isLost, CancellationToken cancellationToken)
    {
        // An empty tag is that of the chart.
        var deployment = new JsonObject();
        foreach (var path in values)
        {
            deployment.Ensure(path)["image"] = tag == Builds.DevelopmentEntries.StandardTag ? null : new JsonObject { ["tag"] = tag };
        }

        var patch = new JsonObject { ["spec"] = new JsonObject { ["deployment"] = deployment } };
        return runtime.PatchAsync<Extension>(key, Patch.Merge(patch), cancellationToken);
    }

    public async Task<string> RefusalAsync(CancellationToken cancellationToken)
    {
        var asked = await runtime.GetAsync<Extension>(key, cancellationToken);
        var found = await runtime.UntilAsync<Extension>(
            key, current => Refused(current, asked.Metadata.Generation ?? 0) is not null, cancellationToken);
        return $"Extension {extension}: {Refused(found, 0)}";
    }

    private static string? Refused(Extension? found, long generation) =>
        found?.Status is { } status && (status.ObservedGeneration ?? 0) >= generation
            ? status.Conditions?.FirstOrDefault(condition => condition is { Type: ExtensionConditions.Installed, Status: "False" })?.Message
            : null;
}
