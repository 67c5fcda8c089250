using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>What the server of Gardener's groups is made of.</summary>
public sealed record GardenerApiServerValues
{
    public required string Namespace { get; init; }

    /// <summary>Image with tag.</summary>
    public required string Image { get; init; }

    /// <summary>Name of the landscape.</summary>
    public required string ClusterIdentity { get; init; }

    /// <summary>Secret with the serving certificate.</summary>
    public required string ServerSecret { get; init; }

    /// <summary>Secret with the kubeconfig of the cluster whose API server passes requests on.</summary>
    public required string KubeconfigSecret { get; init; }

    /// <summary>Servers that are wanted. A store that cannot be shared allows one only.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Where it keeps its objects; a store of its own of 10 GiB unless something else is said.</summary>
    public ServerStore Store { get => field ??= new EmbeddedStore(Quantity.Parse("10Gi")); init; }
}

/// <summary>The server of Gardener's groups. It stands behind the API server of the virtual
/// garden.</summary>
public sealed class GardenerApiServer(GardenerApiServerValues values) : IComponent
{
    /// <summary>Name of the StatefulSet and of its Service.</summary>
    public const string ServerName = "gardener-apiserver";

    private const int Port = 443;

    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "gardener", ["role"] = "apiserver" };

    public string Name => ServerName;

    public string Namespace => values.Namespace;

    /// <summary>The Service: it comes first, because others are told its address.</summary>
    public static IComponent ServiceIn(string @namespace) => new RenderedObjects(
        ServerName + "-service",
        @namespace,
        [
            new Service
            {
                Metadata = new ObjectMeta { Namespace = @namespace, Name = ServerName, Labels = Labels },
                Spec = new ServiceSpec
                {
                    Type = "ClusterIP",
                    Selector = Labels,
                    Ports = [new ServicePort { Port = 443, TargetPort = Port, Protocol = "TCP" }],
                },
            },
        ]);

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        new StatefulSet
        {
            Metadata = new ObjectMeta { Namespace = values.Namespace, Name = ServerName, Labels = Labels },
            Spec = new StatefulSetSpec
            {
                Replicas = Replicas,
                ServiceName = ServerName,
                Selector = new LabelSelector { MatchLabels = Labels },
                Template = new PodTemplateSpec { Metadata = new ObjectMeta { Labels = Labels }, Spec = Pod() },
                VolumeClaimTemplates = values.Store.Claims,
                PersistentVolumeClaimRetentionPolicy = values.Store.Retention,
            },
        },
        .. ReplicatedPods.Budget(new ObjectKey(values.Namespace, ServerName), Replicas, Labels),
    ];

    private int Replicas => values.Store.IsShared ? values.Replicas : 1;

    private PodSpec Pod() => new()
    {
        AutomountServiceAccountToken = false,
        TerminationGracePeriodSeconds = 10,
        TopologySpreadConstraints = ReplicatedPods.Spread(Replicas, Labels),
        Containers =
        [
            new Container
            {
                Name = ServerName,
                Image = values.Image,
                ImagePullPolicy = "IfNotPresent",
                Args =
                [
                    "gardener-apiserver",
                    $"--secure-port={Port}",
                    .. values.Store.Arguments,
                    $"--cluster-identity={values.ClusterIdentity}",
                    $"--tls-cert-file={ControlPlanePod.SecretFolder}/server/tls.crt",
                    $"--tls-private-key-file={ControlPlanePod.SecretFolder}/server/tls.key",
                    $"--kubeconfig={ControlPlanePod.SecretFolder}/kubeconfig/kubeconfig",
                    $"--authentication-kubeconfig={ControlPlanePod.SecretFolder}/kubeconfig/kubeconfig",
                    $"--authorization-kubeconfig={ControlPlanePod.SecretFolder}/kubeconfig/kubeconfig",
                ],
                Ports = [new ContainerPort { Name = "https", Port = Port, Protocol = "TCP" }],
                ReadinessProbe = Probe("/readyz", period: 2),
                LivenessProbe = Probe("/livez", period: 10) with { InitialDelaySeconds = 15 },
                VolumeMounts =
                [
                    .. values.Store.Mounts,
                    .. Secrets().Select(secret => new VolumeMount
                    {
                        Name = secret.Volume,
                        MountPath = $"{ControlPlanePod.SecretFolder}/{secret.Volume}",
                        ReadOnly = true,
                    }),
                ],
            },
            .. values.Store.ContainersBeside(ServerName),
        ],
        Volumes =
        [
            .. Secrets().Select(secret => ControlPlanePod.SecretVolume(secret.Volume, secret.Secret)),
            .. values.Store.Volumes,
        ],
    };

    private IEnumerable<(string Volume, string Secret)> Secrets() =>
        [("server", values.ServerSecret), ("kubeconfig", values.KubeconfigSecret)];

    private static Probe Probe(string path, int period) => new()
    {
        HttpGet = new HTTPGetAction { Path = path, Port = Port, Scheme = "HTTPS" },
        PeriodSeconds = period,
        TimeoutSeconds = 5,
        FailureThreshold = 3,
    };
}

/// <summary>A component whose objects are at hand.</summary>
public sealed record RenderedObjects(string Name, string Namespace, IReadOnlyList<KubernetesObject> Objects) : IComponent
{
    public IReadOnlyList<KubernetesObject> Render() => Objects;
}
