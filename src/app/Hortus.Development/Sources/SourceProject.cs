using System.Xml.Linq;

namespace Hortus.Development.Sources;

/// <summary>A project, as far as its file alone tells.</summary>
public sealed record SourceProject
{
    private const string Component = "HortusComponent";
    private const string AnyFolders = "/**";

    /// <summary>Name of the project.</summary>
    public required string Name { get; init; }

    /// <summary>File name of what is built of it, without extension.</summary>
    public required string Assembly { get; init; }

    /// <summary>Its file, relative to the root of the tree.</summary>
    public required string File { get; init; }

    /// <summary>Folder with its sources, relative to the root of the tree.</summary>
    public string Folder => Path.GetDirectoryName(File) ?? "";

    /// <summary>Files of the projects that it references.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>The components of a garden whose code it holds.</summary>
    public required IReadOnlyList<string> Components { get; init; }

    /// <summary>Files outside of its folder that it is made of, with wildcards.</summary>
    public required IReadOnlyList<string> Elsewhere { get; init; }

    /// <summary>Reads a project file.</summary>
    /// <param name="root">Root of the tree.</param>
    /// <param name="file">The project file, relative to it.</param>
    /// <exception cref="DevelopmentException">It is missing or no XML.</exception>
    public static SourceProject Read(string root, string file)
    {
        XDocument document;
        try
        {
            document = XDocument.Load(Path.Combine(root, file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or System.Xml.XmlException)
        {
            throw new DevelopmentException($"{file} cannot be read: {failure.Message}", failure);
        }

        var folder = Path.GetDirectoryName(file) ?? "";
        var items = document.Descendants().Where(element => element.Attribute("Include") is not null).ToArray();
        return new SourceProject
        {
            Name = Path.GetFileNameWithoutExtension(file),
            Assembly = document.Descendants("AssemblyName").FirstOrDefault()?.Value ?? Path.GetFileNameWithoutExtension(file),
            File = file,
            References = [.. IncludedBy("ProjectReference").Select(Resolve)],
            Components = [.. IncludedBy(Component)],
            Elsewhere = [.. items.Where(IsMadeOf).SelectMany(Values).Where(value => value.StartsWith("../", StringComparison.Ordinal))
                .Select(Resolve)],
        };

        IEnumerable<string> IncludedBy(string kind) => items.Where(item => item.Name.LocalName == kind).SelectMany(Values);

        string Resolve(string value) =>
            SourcePaths.Relative(root, Path.GetFullPath(Path.Combine(root, folder, value)));
    }

    /// <summary>Whether it is made of this file, which exists or existed.</summary>
    public bool Owns(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith(Folder + "/", StringComparison.Ordinal) || Elsewhere.Any(pattern => Matches(pattern, path));
    }

    private static bool Matches(string pattern, string path) =>
        IsIn(Path.GetDirectoryName(pattern) ?? "", Path.GetDirectoryName(path) ?? "")
        && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(
            Path.GetFileName(pattern), Path.GetFileName(path), ignoreCase: false);

    // Two stars are any number of folders.
    private static bool IsIn(string pattern, string folder) =>
        pattern.EndsWith(AnyFolders, StringComparison.Ordinal)
            ? (folder + "/").StartsWith(pattern[..^AnyFolders.Length] + "/", StringComparison.Ordinal)
            : folder == pattern;

    private static bool IsMadeOf(XElement item) =>
        item.Name.LocalName is "Compile" or "EmbeddedResource" or "Content" or "None" or "Protobuf" or "AdditionalFiles";

    private static IEnumerable<string> Values(XElement item) => ((string)item.Attribute("Include")!)
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(value => value.Replace('\\', '/'));
}
