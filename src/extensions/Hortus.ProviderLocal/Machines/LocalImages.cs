using Hortus.Components;

namespace Hortus.ProviderLocal.Machines;

/// <summary>The images that every node of a local garden knows, so that each can be a seed: which programs stand for them.</summary>
public static class LocalImages
{
    /// <summary>Entries of an image map, one a line, indented as a list below <c>images:</c>; the word <c>hortus</c> is the running
    /// executable. Where no tag is given, all tags fit.</summary>
    public static string Entries(ImageVector images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return $"""
              {Repository(images.Hortus)}: [hortus]
              {images.KubeApiServer}: [hortus, apiserver]
              {images.KubeControllerManager}: [hortus, kube-controller-manager]
              {images.LocalMachine}: [hortus, kubelet]
              registry.k8s.io/pause: [/bin/sleep, infinity]
              busybox: [/bin/sh]
              debian: [/bin/sh]
            """;
    }

    /// <summary>An image without its tag.</summary>
    public static string Repository(string image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image[..image.LastIndexOf(':')];
    }
}
