using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>What an API server of a control plane is made of.</summary>
public sealed record KubeApiServerValues
{
    public required string Namespace { get; init; }

    /// <summary><c>kube-apiserver</c> or <c>virtual-garden-kube-apiserver</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Image with tag.</summary>
    public required string Image { get; init; }

    /// <summary>First arguments; empty when the image's own entry point is the API server.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>CIDR of cluster IPs.</summary>
    public required string ServiceClusterIPRange { get; init; }

    /// <summary>Cluster IP of the API server's own Service, told to pods as endpoint of <c>kubernetes.default</c>.</summary>
    public required string AdvertiseAddress { get; init; }

    /// <summary>Issuer of service account tokens.</summary>
    public required string ServiceAccountIssuer { get; init; }

    /// <summary>Secret with the serving certificate.</summary>
    public required string ServerSecret { get; init; }

    /// <summary>Secret with the roots of client certificates.</summary>
    public required string ClientCaSecret { get; init; }

    /// <summary>Secret with the service account signing key.</summary>
    public required string ServiceAccountKeySecret { get; init; }

    /// <summary>Secret with the client certificate for kubelets; null when the cluster has no nodes.</summary>
    public string? KubeletClientSecret { get; init; }

    /// <summary>Secret with the roots of kubelet serving certificates; null leaves them unchecked.</summary>
    public string? KubeletCaSecret { get; init; }

    /// <summary>Secret with the roots of front proxies, told to the servers behind APIServices; null when there are none.</summary>
    public string? FrontProxyCaSecret { get; init; }

    /// <summary>Secret with the certificate that this server shows to the servers behind APIServices.</summary>
    public string? FrontProxySecret { get; init; }

    /// <summary>Servers that are wanted. A store that cannot be shared allows one only.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Where it keeps its objects; a store of its own of 10 GiB unless something else is said.</summary>
    public ServerStore Store { get => field ??= new EmbeddedStore(Quantity.Parse("10Gi")); init; }

    /// <summary>Secret with the kubeconfig (key <c>kubeconfig</c>) of a webhook that is asked what users may do whom no other rule lets;
    /// null asks none.</summary>
    public string? AuthorizationWebhookSecret { get; init; }

    /// <summary>More arguments.</summary>
    public IReadOnlyList<string> ExtraArgs { get; init; } = [];
}

/// <summary>The API server of a virtual garden or a shoot.</summary>
public sealed class KubeApiServer(KubeApiServerValues values) : IComponent
{
    /// <summary>Port inside the pod.</summary>
    public const int Port = 443;

    /// <summary>Common name of the certificate that the server shows to the servers behind APIServices.</summary>
    public const string FrontProxyName = "kube-aggregator";

    private const string SecretFolder = "/srv/kubernetes";

    public string Name => values.Name;

    public string Namespace => values.Namespace;

    /// <summary>Labels of the pods of an API server.</summary>
    public static IReadOnlyDictionary<string, string> LabelsOf(string name) => new Dictionary<string, string>
    {
        ["app"] = "kubernetes",
        ["role"] = "apiserver",
        ["component"] = name,
    };

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        new StatefulSet
        {
            Metadata = new ObjectMeta { Namespace = values.Namespace, Name = values.Name, Labels = LabelsOf(values.Name) },
            Spec = new StatefulSetSpec
            {
                Replicas = Replicas,
                ServiceName = values.Name,
                Selector = new LabelSelector { MatchLabels = LabelsOf(values.Name) },
                Template = new PodTemplateSpec
                {
                    Metadata = new ObjectMeta { Labels = LabelsOf(values.Name) },
                    Spec = Pod(),
                },
                VolumeClaimTemplates = values.Store.Claims,
                PersistentVolumeClaimRetentionPolicy = values.Store.Retention,
            },
        },
        .. ReplicatedPods.Budget(new ObjectKey(values.Namespace, values.Name), Replicas, LabelsOf(values.Name)),
    ];

    private int Replicas => values.Store.IsShared ? values.Replicas : 1;

    private PodSpec Pod() => new()
    {
        AutomountServiceAccountToken = false,
        TerminationGracePeriodSeconds = 10,
        TopologySpreadConstraints = ReplicatedPods.Spread(Replicas, LabelsOf(values.Name)),
        Containers =
        [
            new Container
            {
                Name = "kube-apiserver",
                Image = values.Image,
                ImagePullPolicy = "IfNotPresent",
                Args = [.. values.Command, .. Arguments(), .. values.ExtraArgs],
                Ports = [new ContainerPort { Name = "https", Port = Port, Protocol = "TCP" }],
                ReadinessProbe = Probe("/readyz", period: 2),
                LivenessProbe = Probe("/livez", period: 10) with { InitialDelaySeconds = 15 },
                VolumeMounts = [.. values.Store.Mounts, .. Secrets().Select(MountOf)],
            },
            .. values.Store.ContainersBeside(values.Name),
        ],
        Volumes =
        [
            .. Secrets().Select(secret => ControlPlanePod.SecretVolume(secret.Volume, secret.Secret)),
            .. values.Store.Volumes,
        ],
    };

    private IEnumerable<string> Arguments()
    {
        yield return $"--secure-port={Port}";
        yield return $"--advertise-address={values.AdvertiseAddress}";
        foreach (var argument in values.Store.Arguments)
        {
            yield return argument;
        }

        yield return $"--tls-cert-file={SecretFolder}/server/tls.crt";
        yield return $"--tls-private-key-file={SecretFolder}/server/tls.key";
        yield return $"--client-ca-file={SecretFolder}/client-ca/ca.crt";
        foreach (var argument in Authorization())
        {
            yield return argument;
        }

        yield return "--enable-bootstrap-token-auth=true";
        yield return $"--service-account-issuer={values.ServiceAccountIssuer}";
        yield return $"--service-account-key-file={SecretFolder}/service-account/id_rsa.pub";
        yield return $"--service-account-signing-key-file={SecretFolder}/service-account/id_rsa";
        yield return $"--service-cluster-ip-range={values.ServiceClusterIPRange}";
        if (values.KubeletClientSecret is not null)
        {
            yield return $"--kubelet-client-certificate={SecretFolder}/kubelet-client/tls.crt";
            yield return $"--kubelet-client-key={SecretFolder}/kubelet-client/tls.key";
        }

        if (values.KubeletCaSecret is not null)
        {
            yield return $"--kubelet-certificate-authority={SecretFolder}/kubelet-ca/ca.crt";
        }

        if (values.FrontProxyCaSecret is not null)
        {
            yield return $"--requestheader-client-ca-file={SecretFolder}/front-proxy-ca/ca.crt";
            yield return $"--requestheader-allowed-names={FrontProxyName}";
        }

        if (values.FrontProxySecret is not null)
        {
            yield return $"--proxy-client-cert-file={SecretFolder}/front-proxy/tls.crt";
            yield return $"--proxy-client-key-file={SecretFolder}/front-proxy/tls.key";
        }
    }

    // Who is refused now may be allowed with the next object that is written; what is allowed hardly ever ends.
    private IEnumerable<string> Authorization() => values.AuthorizationWebhookSecret is null
        ? ["--authorization-mode=Node,RBAC"]
        :
        [
            "--authorization-mode=Node,RBAC,Webhook",
            $"--authorization-webhook-config-file={SecretFolder}/authorization-webhook/kubeconfig",
            "--authorization-webhook-version=v1",
            "--authorization-webhook-cache-authorized-ttl=10s",
            "--authorization-webhook-cache-unauthorized-ttl=0s",
        ];

    private IEnumerable<(string Volume, string Secret)> Secrets()
    {
        yield return ("server", values.ServerSecret);
        yield return ("client-ca", values.ClientCaSecret);
        yield return ("service-account", values.ServiceAccountKeySecret);
        if (values.AuthorizationWebhookSecret is { } webhook)
        {
            yield return ("authorization-webhook", webhook);
        }

        if (values.KubeletClientSecret is { } kubeletClient)
        {
            yield return ("kubelet-client", kubeletClient);
        }

        if (values.KubeletCaSecret is { } kubeletCa)
        {
            yield return ("kubelet-ca", kubeletCa);
        }

        if (values.FrontProxyCaSecret is { } frontProxyCa)
        {
            yield return ("front-proxy-ca", frontProxyCa);
        }

        if (values.FrontProxySecret is { } frontProxy)
        {
            yield return ("front-proxy", frontProxy);
        }
    }

    private static VolumeMount MountOf((string Volume, string Secret) secret) =>
        new() { Name = secret.Volume, MountPath = $"{SecretFolder}/{secret.Volume}", ReadOnly = true };

    private static Probe Probe(string path, int period) => new()
    {
        HttpGet = new HTTPGetAction { Path = path, Port = Port, Scheme = "HTTPS" },
        PeriodSeconds = period,
        TimeoutSeconds = 5,
        FailureThreshold = 3,
    };
}
