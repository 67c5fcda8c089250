using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects.Kubernetes;

namespace Hortus.Development.Builds;

/// <summary>The entries of development builds in an image map; the rest of the file stays as it is.</summary>
public sealed class DevelopmentEntries(string file)
{
    private const string Images = "images:";

    private static readonly string Standard = new ImageVector().Hortus;

    /// <summary>The images of components without their tags.</summary>
    public static string Repository { get; } = Standard[..Standard.LastIndexOf(':')];

    /// <summary>Tag of the image that a garden of this build is started with.</summary>
    public static string StandardTag { get; } = TagOf(Standard);

    /// <summary>The image of a build, as pods name it.</summary>
    public static string ImageOf(string tag) => $"{Repository}:{tag}";

    /// <summary>Tag of an image; empty without one.</summary>
    public static string TagOf(string image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var colon = image.LastIndexOf(':');
        return colon > image.LastIndexOf('/') ? image[(colon + 1)..] : "";
    }

    /// <summary>Gives the first container of a Deployment the image of a build.</summary>
    public static Patch PatchOf(Deployment deployment, string tag)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        var container = new JsonObject { ["name"] = deployment.Spec.Template.Spec.Containers[0].Name, ["image"] = ImageOf(tag) };
        var pod = new JsonObject { ["containers"] = new JsonArray(container) };
        return Patch.Strategic(new JsonObject
        {
            ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = pod } },
        });
    }

    /// <summary>Adds a build, or gives it another program.</summary>
    /// <exception cref="DevelopmentException">The file is no image map.</exception>
    public void Add(DevelopmentImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var lines = Without(image);
        var at = lines.IndexOf(Images);
        if (at < 0)
        {
            throw new DevelopmentException($"{file} has no line \"{Images}\": `hortus up` writes it anew");
        }

        lines.Insert(at + 1, $"{Start(image)} [\"{image.Program}\"]");
        Write(lines);
    }

    /// <summary>Takes a build away.</summary>
    public void Remove(DevelopmentImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Write(Without(image));
    }

    private static string Start(DevelopmentImage image) => $"  {ImageOf(image.Tag)}:";

    private List<string> Without(DevelopmentImage image) =>
        [.. File.ReadAllLines(file).Where(line => !line.StartsWith(Start(image), StringComparison.Ordinal))];

    // In one step: the kubelet reads the file at any time.
    private void Write(IEnumerable<string> lines)
    {
        var temporary = file + ".tmp";
        File.WriteAllLines(temporary, lines);
        File.Move(temporary, file, overwrite: true);
    }
}
