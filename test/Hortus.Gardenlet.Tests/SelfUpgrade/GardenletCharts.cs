using Hortus.Gardenlet.Tests.Extensions;
using Hortus.Testing;
using Hortus.Testing.Registry;

namespace Hortus.Gardenlet.Tests.SelfUpgrade;

/// <summary>The chart of the repository as different versions.</summary>
internal static class GardenletCharts
{
    private static readonly string Folder = Path.Combine(BuiltTools.Root, "charts", "hortus-gardenlet");

    /// <summary>The chart with versions of its own, and further files.</summary>
    public static byte[] Of(string version, params (string Path, string Text)[] more) => ChartFiles.Archive([
        ChartFiles.File(
            "gardenlet/Chart.yaml", $"apiVersion: v2\nname: gardenlet\nversion: {version}\nappVersion: {version}\ntype: application\n"),
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Select(file => (Path: Path.GetRelativePath(Folder, file), File: file))
            .Where(file => file.Path != "Chart.yaml" && more.All(m => m.Path != file.Path))
            .Select(file => ChartFiles.File($"gardenlet/{file.Path}", File.ReadAllText(file.File))),
        .. more.Select(m => ChartFiles.File($"gardenlet/{m.Path}", m.Text)),
    ]);

    /// <summary>Pushes a chart with the real helm.</summary>
    /// <returns>Its reference with the digest.</returns>
    public static async Task<string> PushAsync(DockerRegistry registry, string path, byte[] chart) =>
        $"{registry.Name}/{path}/gardenlet@{await ChartRegistry.PushAsync(registry, path, chart)}";
}
