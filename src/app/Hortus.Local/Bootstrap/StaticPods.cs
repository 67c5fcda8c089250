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
    public static IReadOnlyDictionary<string, Pod> Render(StateDirectory state, ImageVector images, string kubernetesVersion)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(images);
        return new Dictionary<string, Pod>
        {
            ["kube-apiserver.json"] = ApiServer(state, $"{images.KubeApiServer}:v{kubernetesVersion}"),
            ["kube-controller-manager.json"] = ControllerManager(state, $"{images.KubeControllerManager}:v{kubernetesVersion}"),
        };
    }

    private static Pod ApiServer(StateDirectory state, string image) => HostPod("kube-apiserver", image,
    [
        $"--bind-address={LocalNetwork.NodeAddress}",
        $"--secure-port={LocalNetwork.RuntimeApiServerPort}",
        $"--advertise-address={LocalNetwork.NodeAddress}",
        $"--data-dir={DataFolder}",
        $"--tls-cert-file={PkiFolder}/{RuntimePki.ServerCertificate}",
        $"--tls-private-key-file={PkiFolder}/{RuntimePki.ServerKey}",
        $"--client-ca-file={PkiFolder}/{RuntimePki.CaCertificate}",
        "--authorization-mode=Node,RBAC",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        $"--service-account-key-file={PkiFolder}/{RuntimePki.ServiceAccountPublicKey}",
        $"--service-account-signing-key-file={PkiFolder}/{RuntimePki.ServiceAccountKey}",
        $"--service-cluster-ip-range={LocalNetwork.RuntimeServices}",
        $"--kubelet-client-certificate={PkiFolder}/{RuntimePki.KubeletClientCertificate}",
        $"--kubelet-client-key={PkiFolder}/{RuntimePki.KubeletClientKey}",
        $"--kubelet-certificate-authority={PkiFolder}/{RuntimePki.CaCertificate}",
    ],
    [
        new("data", DataFolder, Path.Combine(state.Root, "runtime-store"), ReadOnly: false),
        new("pki", PkiFolder, state.Pki, ReadOnly: true),
    ]);

    private static Pod ControllerManager(StateDirectory state, string image) => HostPod("kube-controller-manager", image,
    [
        $"--kubeconfig={PkiFolder}/{RuntimePki.ControllerManagerKubeconfig}",
        $"--root-ca-file={PkiFolder}/{RuntimePki.CaCertificate}",
        $"--cluster-signing-cert-file={PkiFolder}/{RuntimePki.CaCertificate}",
        $"--cluster-signing-key-file={PkiFolder}/{RuntimePki.CaKey}",
        $"--service-account-private-key-file={PkiFolder}/{RuntimePki.ServiceAccountKey}",
        $"--local-volume-path={state.Volumes}",
        "--leader-elect=false",
    ],
    [
        new("pki", PkiFolder, state.Pki, ReadOnly: true),
        new("volumes", state.Volumes, state.Volumes, ReadOnly: false),
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
