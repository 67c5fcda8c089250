using System.Reflection;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Hortus.Kubelet.Images;

/// <summary>
/// Says which program of this machine stands for an image. An entry with a tag or digest fits that one only, an entry
/// without fits all that have no entry of their own. The file is read again when it changes.
/// </summary>
public sealed class LocalImageMap
{
    private const string HortusWord = "hortus";
    private readonly string? path;
    private readonly IReadOnlyList<string> hortus;
    private readonly Lock gate = new();
    private Dictionary<string, IReadOnlyList<string>> entries = [];
    private (DateTime Written, long Length) readVersion;

    /// <param name="path">The map file; null knows no image.</param>
    /// <param name="hortus">What the word <c>hortus</c> stands for; null means the running executable.</param>
    public LocalImageMap(string? path, IReadOnlyList<string>? hortus)
    {
        this.path = path;
        this.hortus = hortus ?? RunningExecutable();
    }

    /// <summary>The command of an image, or null when the map does not know it.</summary>
    /// <exception cref="KubeletException">The map file cannot be read.</exception>
    public IReadOnlyList<string>? Find(string image)
    {
        lock (gate)
        {
            Refresh();
            var name = Normalize(image);
            return entries.GetValueOrDefault(name)
                ?? entries.GetValueOrDefault(WithoutDigest(name))
                ?? entries.GetValueOrDefault(WithoutVersion(name));
        }
    }

    /// <summary>A command inside an image: the bare name of the image's program stands for it, as in the PATH of a real image.</summary>
    /// <param name="command">The command, with at least one word.</param>
    /// <param name="image">What <see cref="Find"/> gave for the image.</param>
    public static IReadOnlyList<string> Resolve(IReadOnlyList<string> command, IReadOnlyList<string> image)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(image);
        return command[0] == Path.GetFileName(image[0]) ? [image[0], .. command.Skip(1)] : command;
    }

    /// <summary>What to tell who asked for an image that the map does not know.</summary>
    public string Explain(string image) => path is null
        ? $"image \"{image}\" cannot run on this node: the kubelet has no image map (--image-map)"
        : $"image \"{image}\" is not in the image map {path}; this node runs programs of its machine, add a line such as " +
          $"\"{WithoutVersion(image)}: [/path/to/program]\" below \"images:\"";

    /// <summary>The program and first arguments that start the running executable again.</summary>
    public static IReadOnlyList<string> RunningExecutable()
    {
        var process = Environment.ProcessPath
            ?? throw new KubeletException("the path of the running executable is not known");
        return Path.GetFileName(process) == "dotnet" &&
            Assembly.GetEntryAssembly()?.Location is { Length: > 0 } assembly
            ? [process, assembly]
            : [process];
    }

    private void Refresh()
    {
        if (path is null)
        {
            return;
        }

        try
        {
            // Two changes within one tick of the file system's clock still differ in length, as an added line does.
            var file = new FileInfo(path);
            var version = (file.LastWriteTimeUtc, file.Exists ? file.Length : 0);
            if (version != readVersion)
            {
                entries = Read(File.ReadAllText(path));
                readVersion = version;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException)
        {
            throw new KubeletException($"cannot read the image map {path}: {e.Message}", e);
        }
    }

    private Dictionary<string, IReadOnlyList<string>> Read(string yaml)
    {
        var stream = new YamlStream();
        using var text = new StringReader(yaml);
        stream.Load(text);
        if (stream.Documents.Count == 0)
        {
            return [];
        }

        var root = stream.Documents[0].RootNode as YamlMappingNode
            ?? throw new KubeletException($"image map {path}: want a map with the key \"images\"");
        var images = root.Children.TryGetValue("images", out var inner) ? inner : root;
        var result = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (images is not YamlMappingNode map)
        {
            return result;
        }

        foreach (var (key, value) in map.Children)
        {
            result[Normalize(key.ToString())] = value is YamlSequenceNode { Children.Count: > 0 } words
                ? Resolve([.. words.Select(w => w.ToString())])
                : throw new KubeletException(
                    $"image map {path}, line {value.Start.Line}: \"{key}\" wants a list of words");
        }

        return result;
    }

    private IReadOnlyList<string> Resolve(IReadOnlyList<string> words) =>
        words[0] == HortusWord ? [.. hortus, .. words.Skip(1)] : words;

    private static string Normalize(string image)
    {
        foreach (var prefix in (string[])["docker.io/library/", "docker.io/"])
        {
            if (image.StartsWith(prefix, StringComparison.Ordinal))
            {
                return image[prefix.Length..];
            }
        }

        return image;
    }

    private static string WithoutVersion(string image)
    {
        var name = WithoutDigest(image);
        var colon = name.LastIndexOf(':');
        // A colon before the last slash is a port of the registry.
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }

    private static string WithoutDigest(string image)
    {
        var digest = image.IndexOf('@', StringComparison.Ordinal);
        return digest < 0 ? image : image[..digest];
    }
}
