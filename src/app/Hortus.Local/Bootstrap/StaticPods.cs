using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Bootstrap;

/// <summary>The two pods that the kubelet runs before there is an API server: the API server itself and its controllers.</summary>
public static class StaticPods
{
    private const string PkiFolder = "/etc/kubernetes/pki";
    private const string DataFolder = "/var/lib/kube-apiserver";

    /// <summary>File name and pod of each.</summary>
    public static IReadOnlyDictionary<string, Pod> Render(ClusterDirectory folder, ImageVector images, string kubernetesVersion)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(images);
        return new Dictionary<string, Pod>
        {
            ["kube-apiserver.json"] = ApiServer(folder, $"{images.KubeApiServer}:v{kubernetesVersion}"),
            ["kube-controller-manager.json"] = ControllerManager(folder, $"{images.KubeControllerManager}:v{kubernetesVersion}"),
        };
    }

    private static Pod ApiServer(ClusterDirectory folder, string image) => HostPod("kube-apiserver", image,
    [
        $"--bind-address={folder.Cluster.NodeAddress}",
        $"--secure-port={LocalCluster.ApiServerPort}",
        $"--advertise-address={folder.Cluster.NodeAddress}",
        $"--data-dir={DataFolder}",
        $"--tls-cert-file={PkiFolder}/{ClusterPki.ServerCertificate}",
        $"--tls-private-key-file={PkiFolder}/{ClusterPki.ServerKey}",
        $"--client-ca-file={PkiFolder}/{ClusterPki.CaCertificate}",
        "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        $"--service-account-key-file={PkiFolder}/{ClusterPki.ServiceAccountPublicKey}",
        $"--service-account-signing-key-file={PkiFolder}/{ClusterPki.ServiceAccountKey}",
        $"--service-cluster-ip-range={folder.Cluster.Services}",
        $"--kubelet-client-certificate={PkiFolder}/{ClusterPki.KubeletClientCertificate}",
        $"--kubelet-client-key={PkiFolder}/{ClusterPki.KubeletClientKey}",
        $"--kubelet-certificate-authority={PkiFolder}/{ClusterPki.CaCertificate}",
    ],
    [
        new("data", DataFolder, folder.Store, ReadOnly: false),
        new("pki", PkiFolder, folder.Pki, ReadOnly: true),
    ]);

    private static Pod ControllerManager(ClusterDirectory folder, string image) => HostPod("kube-controller-manager", image,
    [
        $"--kubeconfig={PkiFolder}/{ClusterPki.ControllerManagerKubeconfig}",
        $"--root-ca-file={PkiFolder}/{ClusterPki.CaCertificate}",
        $"--cluster-signing-cert-file={PkiFolder}/{ClusterPki.CaCertificate}",
        $"--cluster-signing-key-file={PkiFolder}/{ClusterPki.CaKey}",
        $"--service-account-private-key-file={PkiFolder}/{ClusterPki.ServiceAccountKey}",
        $"--local-volume-path={folder.Volumes}",
        "--leader-elect=false",
    ],
    [
        new("pki", PkiFolder, folder.Pki, ReadOnly: true),
        new("volumes", folder.Volumes, folder.Volumes, ReadOnly: false),
    ]);

    private static Pod HostPod(string name, string image, IReadOnlyList<string> args, IReadOnlyList<HostFolder> folders) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "kube-system",
            Name = name,
            Labels = new Dictionary<string, string> { ["component"] = name, ["tier"] = "control-plane" },
        },
        Spec = new PodSpec
        {
            HostNetwork = true,
            PriorityClassName = "system-node-critical",
            TerminationGracePeriodSeconds = 10,
            Containers =
            [
                new Container
                {
                    Name = name,
                    Image = image,
                    ImagePullPolicy = "IfNotPresent",
                    Args = args,
                    VolumeMounts =
                    [
                        .. folders.Select(f => new VolumeMount { Name = f.Name, MountPath = f.InPod, ReadOnly = f.ReadOnly }),
                    ],
                },
            ],
            Volumes =
            [
                .. folders.Select(f => new Volume
                {
                    Name = f.Name,
                    HostPath = new HostPathVolumeSource { Path = f.OnHost, Type = "DirectoryOrCreate" },
                }),
            ],
        },
    };

    private sealed record HostFolder(string Name, string InPod, string OnHost, bool ReadOnly);
}
