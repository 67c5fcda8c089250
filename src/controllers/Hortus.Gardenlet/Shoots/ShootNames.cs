namespace Hortus.Gardenlet;

/// <summary>Names of a shoot's parts in its control plane's namespace.</summary>
internal static class ShootNames
{
    public const string ApiServer = "kube-apiserver";
    public const string KubeControllerManager = "kube-controller-manager";
    public const string MachineControllerManager = "machine-controller-manager";
    public const string ResourceManager = Components.ResourceManagerValues.NameDefault;
    public const string CloudProvider = "cloudprovider";
}
