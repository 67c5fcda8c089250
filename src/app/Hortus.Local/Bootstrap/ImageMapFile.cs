using Hortus.Components;
using Hortus.Local.Registry;
using Hortus.ProviderLocal.Machines;

namespace Hortus.Local.Bootstrap;

/// <summary>The local image map: which program stands for which image on this machine.</summary>
public static class ImageMapFile
{
    /// <summary>The map as YAML; the word <c>hortus</c> stands for the running executable.</summary>
    /// <param name="images">The images of our own parts.</param>
    /// <param name="registry">Path of the registry's program.</param>
    /// <param name="etcd">Path of etcd's program; null when this machine has none.</param>
    public static string Render(ImageVector images, string registry, string? etcd)
    {
        ArgumentNullException.ThrowIfNull(images);
        var optional = etcd is null ? "" : $"\n  {LocalImages.Repository(images.Etcd)}: [\"{etcd}\"]";
        return $"""
            # Which program stands for which image in the local garden. Tags are ignored unless an entry has one.
            # The word hortus is the running executable; other words are programs of this machine.
            images:
            {LocalImages.Entries(images)}
              {LocalRegistry.Image}: ["{registry}"]{optional}

            """;
    }
}
