using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hortus.Tidy.Tests;

/// <summary>The repository builds the same everywhere.</summary>
public sealed partial class ProjectTests
{
    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        var solution = XDocument.Parse(Repository.Read("Hortus.slnx")).Descendants("Project")
            .Select(project => (string)project.Attribute("Path")!).Order(StringComparer.Ordinal);

        Repository.EndingWith(".csproj").Order(StringComparer.Ordinal).ShouldBe(solution);
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        Repository.EndingWith(".csproj")
            .Where(project => !Repository.Files.Contains(Path.GetDirectoryName(project) + "/packages.lock.json")).ShouldBeEmpty();
    }

    [Fact]
    public void Versions_of_packages_stand_in_one_place()
    {
        Repository.EndingWith(".csproj")
            .Where(project => XDocument.Parse(Repository.Read(project)).Descendants("PackageReference")
                .Any(package => package.Attribute("Version") is not null)).ShouldBeEmpty();
    }

    [Fact]
    public void No_file_names_a_package_registry()
    {
        Find(line => RegistryHost().IsMatch(line)).ShouldBeEmpty();
        Repository.Files.Where(file => Path.GetFileName(file).ToUpperInvariant() is "NUGET.CONFIG" or ".NPMRC").ShouldBeEmpty();
    }

    [Fact]
    public void No_file_names_a_folder_of_this_machine()
    {
        string[] machine =
        [
            .. new[] { Repository.Root, Path.GetDirectoryName(Repository.Root)!, Environment.GetEnvironmentVariable("HOME") ?? "/" }
                .Where(IsTelling),
        ];

        Find(line => machine.Any(path => Names(line, path))).ShouldBeEmpty();
    }

    /// <summary>One short segment, such as /root or /src, is a part of many honest paths.</summary>
    private static bool IsTelling(string path) => path.Count(character => character == '/') > 1;

    private static bool Names(string line, string path) =>
        line.Contains(path + "/", StringComparison.Ordinal) || line.Contains(path + "\"", StringComparison.Ordinal)
        || line.EndsWith(path, StringComparison.Ordinal);

    private static IEnumerable<string> Find(Func<string, bool> isBad) =>
        from file in Repository.Files
        where !file.EndsWith(".png", StringComparison.Ordinal)
        from line in Repository.Lines(file).Index()
        where isBad(line.Item)
        select $"{file}:{line.Index + 1}";

    /// <summary>A URL of a registry or a mirror of one; image names such as registry.k8s.io/pause have no scheme.</summary>
    [GeneratedRegex(@"https?://[^/\s""']*(nuget|npmjs|npm\.|pypi|registry|artifactory|nexus)[^/\s""']*", RegexOptions.IgnoreCase)]
    private static partial Regex RegistryHost();
}
