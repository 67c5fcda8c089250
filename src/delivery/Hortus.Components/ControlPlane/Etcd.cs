using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>What an etcd of a control plane is made of.</summary>
public sealed record EtcdValues
{
    public required string Namespace { get; init; }

    /// <summary>Name of the StatefulSet.</summary>
    public required string Name { get; init; }

    /// <summary>Image with tag.</summary>
    public required string Image { get; init; }

    /// <summary>Secret with the serving certificate, and with the authority of clients.</summary>
    public required string ServerSecret { get; init; }

    /// <summary>Secret with a client certificate, for snapshots.</summary>
    public required string ClientSecret { get; init; }

    /// <summary>Size of the volume.</summary>
    public required Quantity StorageCapacity { get; init; }

    /// <summary>Takes snapshots; null takes none.</summary>
    public StoreSnapshots? Snapshots { get; init; }
}

/// <summary>
/// An etcd of one member, which lets in only who shows a certificate. With snapshots it is a sidecar of the process that takes them:
/// so it is there before the first one, and ends after the last.
/// </summary>
public sealed class Etcd(EtcdValues values) : IComponent
{
    /// <summary>Name of the member; a restored data folder must be made for it.</summary>
    public const string Member = "etcd-main";

    /// <summary>Where the member would talk to others: nobody else reaches it.</summary>
    public const string PeerAddress = "http://127.0.0.1:2380";

    /// <summary>Folder of the data on the volume.</summary>
    public const string DataFolder = "new.etcd";

    private const int ClientPort = 2379;
    private const int MetricsPort = 2381;
    private const long QuotaBytes = 8L * 1024 * 1024 * 1024;
    private const string VolumeFolder = "/var/etcd/data";
    private const string ServerVolume = "etcd-server";
    private const string ServerFolder = "/srv/etcd-server";

    public string Name => values.Name;

    public string Namespace => values.Namespace;

    /// <summary>Names and addresses under which clients reach an etcd.</summary>
    public static IReadOnlyList<string> HostsOf(string @namespace, string name) =>
    [
        $"{name}-client",
        $"{name}-client.{@namespace}",
        $"{name}-client.{@namespace}.svc",
        $"{name}-client.{@namespace}.svc.cluster.local",
        "localhost",
        "127.0.0.1",
    ];

    /// <summary>How a server uses an etcd as its store.</summary>
    public static EtcdStore StoreOf(string @namespace, string name, string clientSecret) =>
        new($"https://{name}-client.{@namespace}.svc:{ClientPort}", clientSecret);

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        new Service
        {
            Metadata = new ObjectMeta { Namespace = values.Namespace, Name = values.Name + "-client", Labels = Labels() },
            Spec = new ServiceSpec
            {
                Type = "ClusterIP",
                Selector = Labels(),
                Ports = [new ServicePort { Name = "client", Port = ClientPort, TargetPort = ClientPort, Protocol = "TCP" }],
            },
        },
        new StatefulSet
        {
            Metadata = new ObjectMeta { Namespace = values.Namespace, Name = values.Name, Labels = Labels() },
            Spec = new StatefulSetSpec
            {
                Replicas = 1,
                ServiceName = values.Name + "-client",
                Selector = new LabelSelector { MatchLabels = Labels() },
                Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = Labels() }, Spec = Pod() },
                VolumeClaimTemplates = [StoreClaim.Of(values.StorageCapacity)],
                PersistentVolumeClaimRetentionPolicy = StoreClaim.Retention,
            },
        },
    ];

    private Dictionary<string, string> Labels() => new() { ["app"] = "etcd-statefulset", ["role"] = values.Name };

    private PodSpec Pod()
    {
        var pod = new PodSpec
        {
            AutomountServiceAccountToken = false,
            TerminationGracePeriodSeconds = 30,
            Containers = [Process()],
            Volumes = [ControlPlanePod.SecretVolume(ServerVolume, values.ServerSecret)],
        };
        if (values.Snapshots is not { } snapshots)
        {
            return pod;
        }

        var self = new EtcdStore($"https://127.0.0.1:{ClientPort}", values.ClientSecret);
        return pod with
        {
            InitContainers = [Process() with { RestartPolicy = "Always", StartupProbe = Health(1) with { FailureThreshold = 120 } }],
            Containers = [snapshots.ContainerFor(Member, self.Arguments, self.Mounts)],
            Volumes = [.. pod.Volumes!, .. self.Volumes, snapshots.Volume()],
        };
    }

    private Container Process() => new()
    {
        Name = "etcd",
        Image = values.Image,
        ImagePullPolicy = "IfNotPresent",
        Command = ["etcd"],
        Args = Arguments(),
        Ports = [new ContainerPort { Name = "client", Port = ClientPort, Protocol = "TCP" }],
        ReadinessProbe = Health(2),
        LivenessProbe = Health(10) with { InitialDelaySeconds = 15, FailureThreshold = 6 },
        VolumeMounts =
        [
            new VolumeMount { Name = StoreClaim.Name, MountPath = VolumeFolder },
            new VolumeMount { Name = ServerVolume, MountPath = ServerFolder, ReadOnly = true },
        ],
    };

    private IReadOnlyList<string> Arguments() =>
    [
        $"--name={Member}",
        $"--data-dir={VolumeFolder}/{DataFolder}",
        $"--listen-client-urls=https://0.0.0.0:{ClientPort}",
        $"--advertise-client-urls=https://{values.Name}-client.{values.Namespace}.svc:{ClientPort}",
        $"--listen-peer-urls={PeerAddress}",
        $"--initial-advertise-peer-urls={PeerAddress}",
        $"--initial-cluster={Member}={PeerAddress}",
        $"--cert-file={ServerFolder}/tls.crt",
        $"--key-file={ServerFolder}/tls.key",
        "--client-cert-auth",
        $"--trusted-ca-file={ServerFolder}/ca.crt",
        $"--listen-metrics-urls=http://0.0.0.0:{MetricsPort}",
        $"--quota-backend-bytes={QuotaBytes}",
        "--logger=zap",
    ];

    // Without certificate: the port of metrics tells nothing of the data.
    private static Probe Health(int period) => new()
    {
        HttpGet = new HTTPGetAction { Path = "/health", Port = MetricsPort, Scheme = "HTTP" },
        PeriodSeconds = period,
        TimeoutSeconds = 5,
        FailureThreshold = 3,
    };
}
