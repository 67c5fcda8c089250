namespace Hortus.Testing;

/// <summary>The programs that a user has after <c>make build</c>, and what <c>eng/setup.sh</c> puts beside them.</summary>
public static class BuiltTools
{
    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    public static string Hortus => Existing(Path.Combine(Root, "bin", "hortus"), "run `make build`");

    public static string Kubectl => Installed("kubectl");

    public static string Helm => Installed("helm");

    /// <summary>A program that setup unpacked, or else the one in PATH.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static string Installed(string program) => InTools(Path.Combine("bin", program))
        ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            $"{program} is neither in .tools/bin of the repository nor in PATH; run ./eng/setup.sh, which installs it");

    /// <summary>Path of a file or folder below .tools of the repository; null when it is not there.</summary>
    public static string? InTools(string relative)
    {
        var path = Path.Combine(Root, ".tools", relative);
        return Path.Exists(path) ? path : null;
    }

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
