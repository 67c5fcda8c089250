using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.Components;

/// <summary>
/// Images that take the place of the built-in ones, from the file that the environment names, in Gardener's form:
/// <c>images: [{name, repository, tag}]</c>, or <c>ref</c> instead of repository and tag. Names that nothing here runs are left aside, so
/// that one file serves for other components as well.
/// </summary>
public static class ImageVectorOverwrite
{
    /// <summary>Names the file in the environment.</summary>
    public const string Variable = "IMAGEVECTOR_OVERWRITE";

    private static readonly Dictionary<string, Func<ImageVector, JsonObject, string, ImageVector>> Replacements = new()
    {
        ["hortus"] = (images, entry, place) => images with { Hortus = Whole(entry, place) },
        ["etcd"] = (images, entry, place) => images with { Etcd = Whole(entry, place) },
        ["kube-apiserver"] = (images, entry, place) => images with { KubeApiServer = Repository(entry, place) },
        ["kube-controller-manager"] = (images, entry, place) => images with { KubeControllerManager = Repository(entry, place) },
        ["local-machine"] = (images, entry, place) => images with { LocalMachine = Repository(entry, place) },
    };

    /// <summary>The images with what the file of the environment replaces; as they are when it names none.</summary>
    /// <exception cref="SettingException">The file cannot be read, or is no list of images.</exception>
    public static ImageVector FromEnvironment(ImageVector images)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } path)
        {
            return images;
        }

        try
        {
            return Apply(images, File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or YamlFormatException)
        {
            throw new SettingException($"{Variable}: {path}: {e.Message}", e);
        }
    }

    /// <summary>The images with what a text replaces.</summary>
    /// <exception cref="FormatException">It is no list of images; the message has the place.</exception>
    /// <exception cref="YamlFormatException">It is not YAML.</exception>
    public static ImageVector Apply(ImageVector images, string yaml)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (KubernetesYaml.Parse(yaml)["images"] is not JsonArray entries)
        {
            throw new FormatException("images: want a list");
        }

        for (var i = 0; i < entries.Count; i++)
        {
            var place = $"images[{i}]";
            if (entries[i] is not JsonObject entry || entry.Text("name") is not { Length: > 0 } name)
            {
                throw new FormatException($"{place}.name: want the name of an image");
            }

            if (Replacements.TryGetValue(name, out var replace))
            {
                images = replace(images, entry, place);
            }
        }

        return images;
    }

    private static string Whole(JsonObject entry, string place)
    {
        Check(entry, place);
        return (entry.Text("ref"), entry.Text("repository"), entry.Text("tag")) switch
        {
            ({ Length: > 0 } whole, null, null) => whole,
            (null, { Length: > 0 } repository, { Length: > 0 } tag) =>
                repository + (tag.StartsWith("sha256:", StringComparison.Ordinal) ? "@" : ":") + tag,
            _ => throw new FormatException($"{place}: want repository and tag, or ref alone"),
        };
    }

    // Their tags follow the version of each cluster.
    private static string Repository(JsonObject entry, string place)
    {
        Check(entry, place);
        return (entry.Text("ref"), entry.Text("repository"), entry.Text("tag")) switch
        {
            (null, { Length: > 0 } repository, null) => repository,
            _ => throw new FormatException($"{place}: want repository alone: the tag follows the version of the cluster"),
        };
    }

    private static void Check(JsonObject entry, string place)
    {
        if (entry.Select(field => field.Key).Except(["name", "sourceRepository", "repository", "tag", "ref"]).FirstOrDefault() is { } other)
        {
            throw new FormatException($"{place}.{other}: is not supported; there is name, repository, tag and ref");
        }
    }
}
