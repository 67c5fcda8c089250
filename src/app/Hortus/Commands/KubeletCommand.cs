using System.CommandLine;
using Hortus.Kubelet;
using Hortus.Runtime;

namespace Hortus.Commands;

/// <summary><c>hortus kubelet</c>.</summary>
internal static class KubeletCommand
{
    private static readonly Dictionary<string, string> Names = new()
    {
        [nameof(KubeletOptions.NodeName)] = "hostname-override",
        [nameof(KubeletOptions.RootDirectory)] = "root-dir",
        [nameof(KubeletOptions.CertificateDirectory)] = "cert-dir",
        [nameof(KubeletOptions.Mtu)] = "network-mtu",
        [nameof(KubeletOptions.HortusCommand)] = "hortus-command",
        [nameof(KubeletOptions.MaskedPaths)] = "masked-path",
        [nameof(KubeletOptions.VisibleFolders)] = "visible-folder",
        [nameof(KubeletOptions.ContainerRootSizeBytes)] = "container-root-size",
    };

    public static Command Create() => ComponentCommand.Create<KubeletOptions>(
        "kubelet",
        "Runs the pods of one node as host processes.",
        (options, context, cancellationToken) =>
            new KubeletComponent(context.Logs, context.Clock).RunAsync(options, cancellationToken),
        _ => new ComponentHostOptions { Name = "kubelet" },
        Names);
}
