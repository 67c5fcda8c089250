using Hortus.Components;

namespace Hortus.Operator;

/// <summary>Names of the virtual garden's parts in the runtime cluster.</summary>
public static class VirtualGardenNames
{
    public const string Namespace = "garden";
    public const string ApiServer = "virtual-garden-kube-apiserver";
    public const string GardenerApiServer = Hortus.Components.GardenerApiServer.ServerName;

    /// <summary>The etcd of both API servers, in gardens that have one.</summary>
    public const string Etcd = "virtual-garden-etcd-main";

    public const string KubeControllerManager = "virtual-garden-kube-controller-manager";
    public const string GardenerControllerManager = "gardener-controller-manager";
    public const string GardenerScheduler = "gardener-scheduler";

    /// <summary>The resource manager that applies to the virtual garden; the one for the runtime cluster has the name of all
    /// others.</summary>
    public const string ResourceManager = "virtual-garden-" + ResourceManagerValues.NameDefault;

    /// <summary>What runs in the runtime cluster and makes up every virtual garden, by the names of its ManagedResources.</summary>
    public static IReadOnlyList<string> VirtualComponents { get; } =
        [ApiServer, GardenerApiServer, KubeControllerManager, GardenerControllerManager, GardenerScheduler, ResourceManager];

    /// <summary>URL of the API server inside the runtime cluster.</summary>
    public const string Server = $"https://{ApiServer}.{Namespace}.svc";
}
