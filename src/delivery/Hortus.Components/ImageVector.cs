using Hortus.Runtime;

namespace Hortus.Components;

/// <summary>Which image runs which component. On a real cluster the images are pulled; locally the image map of the
/// kubelet turns them into programs of the host.</summary>
public sealed record ImageVector
{
    /// <summary>Holds every component of ours as a subcommand; the tag is the version of the build.</summary>
    public string Hortus { get; init; } = "hortus/hortus:" + BuildVersion.Current.TrimStart('v');

    /// <summary>Repository of the API server; the tag is the cluster's Kubernetes version.</summary>
    public string KubeApiServer { get; init; } = "registry.k8s.io/kube-apiserver";

    /// <summary>Repository of the controller manager; the tag is the cluster's Kubernetes version.</summary>
    public string KubeControllerManager { get; init; } = "registry.k8s.io/kube-controller-manager";

    /// <summary>An etcd, with its tag.</summary>
    public string Etcd { get; init; } = "registry.k8s.io/etcd:3.5.21-0";

    /// <summary>Root file system of local machines.</summary>
    public string LocalMachine { get; init; } = "hortus/local-machine";

    /// <summary>The built-in images, with another one for the components of ours; empty or null leaves that as well.</summary>
    public static ImageVector With(string? hortus) =>
        string.IsNullOrEmpty(hortus) ? new ImageVector() : new ImageVector { Hortus = hortus };
}
