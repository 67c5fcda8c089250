using System.Diagnostics;

namespace Hortus.Tidy.Tests;

/// <summary>The checkout that holds these tests: its root and the files that belong to it.</summary>
internal static class Repository
{
    private static readonly Lazy<IReadOnlyList<string>> TrackedFiles = new(ListFiles);

    /// <summary>Folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Files that git knows or would add, relative to the root, with slashes.</summary>
    public static IReadOnlyList<string> Files => TrackedFiles.Value;

    /// <summary>C# files below a folder such as <c>src</c>.</summary>
    public static IEnumerable<string> Sources(string folder) =>
        Files.Where(file => file.StartsWith(folder + "/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal));

    /// <summary>Files with an ending such as <c>.csproj</c>.</summary>
    public static IEnumerable<string> EndingWith(string ending) =>
        Files.Where(file => file.EndsWith(ending, StringComparison.Ordinal));

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

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

    private static List<string> ListFiles()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        git.ExitCode.ShouldBe(0, "git ls-files works in the checkout");

        // A link to a folder is no file; what it leads to is listed where it lies.
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Where(path => File.Exists(Path.Combine(Root, path)))];
    }
}
