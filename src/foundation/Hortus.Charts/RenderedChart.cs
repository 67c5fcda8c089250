using System.Text.Json.Nodes;

namespace Hortus.Charts;

/// <summary>What a chart became.</summary>
/// <param name="Name">Name of the chart.</param>
/// <param name="Version">Version of the chart.</param>
/// <param name="AppVersion">Version of what it installs; null when the chart does not say.</param>
/// <param name="Objects">Everything to apply, in Helm's install order.</param>
/// <param name="Hooks">Objects that Helm would treat as hooks. Nobody here runs hooks: users should be told.</param>
/// <param name="Warnings">What looks like a mistake in a template and was rendered all the same, one line each.</param>
public sealed record RenderedChart(
    string Name,
    string Version,
    string? AppVersion,
    IReadOnlyList<RenderedObject> Objects,
    IReadOnlyList<ChartHook> Hooks,
    IReadOnlyList<string> Warnings)
{
    /// <summary>A copy whose objects can be changed without changing these.</summary>
    public RenderedChart Copy() => this with { Objects = [.. Objects.Select(o => o with { Json = (JsonObject)o.Json.DeepClone() })] };
}

/// <summary>An object of a rendered chart.</summary>
/// <param name="Template">File that it came from, for example <c>mychart/templates/deployment.yaml</c>.</param>
/// <param name="Json">The object; has apiVersion, kind and name.</param>
public sealed record RenderedObject(string Template, JsonObject Json);

/// <summary>An object with the annotation <c>helm.sh/hook</c>.</summary>
/// <param name="Template">File that it came from.</param>
/// <param name="Name">Kind and name, for example <c>Job migrate</c>.</param>
/// <param name="Events">When Helm would run it, for example <c>pre-install</c>.</param>
/// <param name="Delivered">Whether it is among the objects. One that is for tests, deletions or rollbacks only is not: it would do
/// its work at the installation.</param>
public sealed record ChartHook(string Template, string Name, IReadOnlyList<string> Events, bool Delivered);
