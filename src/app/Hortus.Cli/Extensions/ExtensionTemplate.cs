using System.Text.RegularExpressions;

namespace Hortus.Cli.Extensions;

/// <summary>The files of a new extension, with its name in them.</summary>
internal static partial class ExtensionTemplate
{
    /// <summary>Most characters of a name: it becomes part of names of namespaces and releases.</summary>
    public const int NameLengthMax = 40;

    private const string Prefix = "extension-template/";
    private const string Name = "demo-name";
    private const string TypeName = "DemoName";
    private const string Sources = "hortus-sources";
    private const string Script = ".sh";

    // Tools that look through the repository must not take the files for parts of it.
    private const string Ending = ".template";

    /// <summary>Why a text is no name; null when it is one.</summary>
    public static string? NameFault(string name) =>
        name.Length > NameLengthMax ? $"the name has {name.Length} characters, at most {NameLengthMax} are allowed"
        : Legal().IsMatch(name) ? null
        : $"\"{name}\" is no name: want lower case letters, digits and \"-\" between them, with a letter first";

    /// <summary>The files by path, with their texts.</summary>
    /// <param name="name">Name of the extension.</param>
    /// <param name="sources">Folder of the sources of Hortus.</param>
    public static IReadOnlyDictionary<string, string> Files(string name, string sources)
    {
        var assembly = typeof(ExtensionTemplate).Assembly;
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            files[Fill(resource[Prefix.Length..^Ending.Length])] = Fill(reader.ReadToEnd());
        }

        return files;

        string Fill(string text) => text
            .Replace(Sources, sources, StringComparison.Ordinal)
            .Replace(TypeName, TypeNameOf(name), StringComparison.Ordinal)
            .Replace(Name, name, StringComparison.Ordinal);
    }

    /// <summary>Writes files into a folder.</summary>
    public static void Write(string folder, IReadOnlyDictionary<string, string> files)
    {
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            if (path.EndsWith(Script, StringComparison.Ordinal))
            {
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
            }
        }
    }

    private static string TypeNameOf(string name) =>
        string.Concat(name.Split('-', StringSplitOptions.RemoveEmptyEntries).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    [GeneratedRegex(@"\A[a-z]([a-z0-9]|-(?=[a-z0-9]))*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Legal();
}
