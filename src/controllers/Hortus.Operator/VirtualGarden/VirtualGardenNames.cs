namespace Hortus.Operator;

/// <summary>Names of the virtual garden's parts in the runtime cluster.</summary>
public static class VirtualGardenNames
{
    public const string Namespace = "garden";
    public const string ApiServer = "virtual-garden-kube-apiserver";
    public const string GardenerApiServer = Components.GardenerApiServer.ServerName;
    public const string KubeControllerManager = "virtual-garden-kube-controller-manager";
    public const string GardenerControllerManager = "gardener-controller-manager";
    public const string GardenerScheduler = "gardener-scheduler";

    /// <summary>URL of the API server inside the runtime cluster.</summary>
    public const string Server = $"https://{ApiServer}.{Namespace}.svc";
}
