namespace Hortus.Extensions;

/// <summary>
/// Files of an OperatingSystemConfig with purpose <c>provision</c> that a machine needs to join its cluster. An operating
/// system extension renders them into the cloud-config Secret of the object's status; a machine that is nothing but a
/// kubelet (local machines) needs the content of <see cref="BootstrapKubeconfig"/> only.
/// </summary>
public static class MachineFiles
{
    /// <summary>Kubeconfig with a bootstrap token; its authority also signs the client certificate with which the API server
    /// comes to the kubelet.</summary>
    public const string BootstrapKubeconfig = "/var/lib/kubelet/bootstrap-kubeconfig";

    /// <summary>Key of the cloud-config Secret that holds the user data of machines.</summary>
    public const string CloudConfigKey = "cloud_config";
}
