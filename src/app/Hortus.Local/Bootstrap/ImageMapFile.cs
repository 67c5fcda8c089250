using Hortus.Components;
using Hortus.Local.Registry;

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
        var optional = etcd is null ? "" : $"\n  {Repository(images.Etcd)}: [\"{etcd}\"]";
        return $"""
            # Which program stands for which image in the local garden. Tags are ignored unless an entry has one.
            # The word hortus is the running executable; other words are programs of this machine.
            images:
              {Repository(images.Hortus)}: [hortus]
              {images.KubeApiServer}: [hortus, apiserver]
              {images.KubeControllerManager}: [hortus, kube-controller-manager]
              {images.LocalMachine}: [hortus, kubelet]
              {LocalRegistry.Image}: ["{registry}"]{optional}
              registry.k8s.io/pause: [/bin/sleep, infinity]
              busybox: [/bin/sh]
              debian: [/bin/sh]

            """;
    }

    private static string Repository(string image) => image[..image.LastIndexOf(':')];
}
