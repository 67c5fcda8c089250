namespace Hortus.Tidy.Tests;

/// <summary>The arrows of ARCHITECTURE.md, written down a second time so that eng/Layers.targets cannot be loosened unseen.</summary>
internal static class Layers
{
    private static readonly Dictionary<string, string[]> Below = new()
    {
        ["foundation"] = [],
        ["server"] = ["foundation"],
        ["runtime"] = ["foundation"],
        ["delivery"] = ["foundation", "runtime"],
        ["controllers"] = ["foundation", "runtime", "delivery"],
        ["dataplane"] = ["foundation", "runtime"],
        ["extensions"] = ["foundation", "runtime", "delivery"],
        ["app"] = ["foundation", "server", "runtime", "delivery", "controllers", "dataplane", "extensions"],
    };

    private static readonly HashSet<(string From, string To)> Beside =
    [
        ("Hortus.Flow", "Hortus.Telemetry"),
        ("Hortus.Charts", "Hortus.Host"),
        ("Hortus.Charts", "Hortus.Objects"),
        ("Hortus.Pki", "Hortus.Objects"),
        ("Hortus.Oci", "Hortus.Objects"),
        ("Hortus.Oci", "Hortus.Pki"),
        ("Hortus.ApiServer", "Hortus.Storage"),
        ("Hortus.GardenApi", "Hortus.ApiServer"),
        ("Hortus.GardenApi", "Hortus.Storage"),
        ("Hortus.Runtime", "Hortus.Client"),
        ("Hortus.Extensions", "Hortus.Components"),
        ("Hortus.Cli", "Hortus.Local"),
        ("Hortus.Cli", "Hortus.Development"),
        ("Hortus.Development", "Hortus.Local"),
        ("Hortus", "Hortus.Backup"),
        ("Hortus", "Hortus.Cli"),
        ("Hortus", "Hortus.Local"),
        ("Hortus", "Hortus.GardenServer"),
    ];

    public static IReadOnlyCollection<string> Names => Below.Keys;

    /// <summary>Whether a project may reference another; both by layer and name.</summary>
    public static bool Allow((string Layer, string Name) from, (string Layer, string Name) to) =>
        Below[from.Layer].Contains(to.Layer) || (from.Layer == to.Layer && Beside.Contains((from.Name, to.Name)));
}
