namespace Hortus.Testing;

/// <summary>The programs that a user has after <c>make build</c>.</summary>
public static class BuiltTools
{
    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string Hortus => Existing(Path.Combine(Root, "bin", "hortus"), "run `make build`");

    public static string Kubectl => Existing(Path.Combine(Root, ".tools", "bin", "kubectl"), "run eng/setup.sh");

    public static string Helm => Existing(Path.Combine(Root, ".tools", "bin", "helm"), "run eng/setup.sh");

    /// <summary>Folder of a chart's sources.</summary>
    public static string Chart(string name) => Path.Combine(Root, "charts", name);

    public static string Example(string name) => Path.Combine(Root, "examples", name);

    private static string Existing(string path, string remedy) =>
        File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: {remedy}");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hortus.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Hortus.slnx above {AppContext.BaseDirectory}");
    }
}
