using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator;

/// <summary>What a virtual garden is made of: values from the Garden, components out.</summary>
public sealed class VirtualGardenComponents(Garden garden, ImageVector images)
{
    private const int ReplicasWhenAvailable = 2;
    private const string ServicesDefault = "100.64.0.0/13";
    private static readonly Quantity CapacityDefault = Quantity.Parse("25Gi");
    private static readonly Quantity GardenerCapacity = Quantity.Parse("10Gi");

    /// <summary>Names under which the API server is reached from outside: <c>api.</c> and <c>gardener.</c> of each domain.</summary>
    public IReadOnlyList<string> DnsNames =>
        [.. (garden.Spec.VirtualCluster.Dns.Domains ?? []).SelectMany(domain => NamesOf(domain.Name))];

    /// <summary>Names of the API server in a domain; the first is the one that kubeconfigs use.</summary>
    public static IReadOnlyList<string> NamesOf(string domain) => ["api." + domain, "gardener." + domain];

    /// <summary>Names and addresses in the serving certificate.</summary>
    /// <param name="clusterIP">Address of the API server's Service.</param>
    public IReadOnlyList<string> Hosts(string clusterIP) =>
    [
        .. DnsNames,
        VirtualGardenNames.ApiServer,
        $"{VirtualGardenNames.ApiServer}.{VirtualGardenNames.Namespace}",
        $"{VirtualGardenNames.ApiServer}.{VirtualGardenNames.Namespace}.svc",
        $"{VirtualGardenNames.ApiServer}.{VirtualGardenNames.Namespace}.svc.cluster.local",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
        "localhost",
        "127.0.0.1",
        clusterIP,
    ];

    public IComponent Service() => new KubeApiServerService(VirtualGardenNames.Namespace, VirtualGardenNames.ApiServer, DnsNames);

    /// <summary>The Service of the server of Gardener's groups.</summary>
    public static IComponent GardenerApiService() => GardenerApiServer.ServiceIn(VirtualGardenNames.Namespace);

    /// <summary>Where snapshots of the stores go; null when they cannot go there.</summary>
    /// <param name="secret">What the store's backups need to know.</param>
    public StoreSnapshots? SnapshotsTo(Secret secret) => StoreSnapshots.Of(secret, images.Hortus);

    private int Replicas => garden.Spec.VirtualCluster.ControlPlane?.HighAvailability is null ? 1 : ReplicasWhenAvailable;

    private string LeaderElection => $"--leader-elect={(Replicas > 1 ? "true" : "false")}";

    private Quantity Capacity => garden.Spec.VirtualCluster.Etcd?.Main?.Storage?.Capacity ?? CapacityDefault;

    /// <summary>The etcd of both API servers.</summary>
    public IComponent EtcdMain(EtcdSecrets secrets, StoreSnapshots? snapshots)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        return new Etcd(new EtcdValues
        {
            Namespace = VirtualGardenNames.Namespace,
            Name = VirtualGardenNames.Etcd,
            Image = images.Etcd,
            ServerSecret = secrets.Server.SecretName,
            ClientSecret = secrets.Client.SecretName,
            StorageCapacity = Capacity,
            Snapshots = snapshots,
        });
    }

    /// <summary>A store on <see cref="EtcdMain"/>; its snapshots are taken there.</summary>
    public static ServerStore StoreOn(EtcdSecrets secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        return Etcd.StoreOf(VirtualGardenNames.Namespace, VirtualGardenNames.Etcd, secrets.Client.SecretName);
    }

    /// <summary>A store that the API server has for itself.</summary>
    public ServerStore ApiServerStore(StoreSnapshots? snapshots) => new EmbeddedStore(Capacity, snapshots);

    /// <summary>A store that the server of Gardener's groups has for itself.</summary>
    public static ServerStore GardenerApiStore(StoreSnapshots? snapshots) => new EmbeddedStore(GardenerCapacity, snapshots);

    /// <summary>The server of Gardener's groups.</summary>
    public IComponent GardenerApi(ManagedSecret server, ManagedSecret kubeconfig, ServerStore store)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(kubeconfig);
        return new GardenerApiServer(new GardenerApiServerValues
        {
            Namespace = VirtualGardenNames.Namespace,
            Image = images.Hortus,
            ClusterIdentity = garden.Spec.VirtualCluster.Gardener.ClusterIdentity ?? "",
            ServerSecret = server.SecretName,
            KubeconfigSecret = kubeconfig.SecretName,
            Store = store,
            Replicas = Replicas,
        });
    }

    public IComponent ApiServer(
        VirtualGardenAuthorities authorities, ApiServerSecrets shown, string clusterIP, ServerStore store)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        ArgumentNullException.ThrowIfNull(shown);
        var virtualCluster = garden.Spec.VirtualCluster;
        return new KubeApiServer(new KubeApiServerValues
        {
            Namespace = VirtualGardenNames.Namespace,
            Name = VirtualGardenNames.ApiServer,
            Image = images.Hortus,
            Command = ["apiserver"],
            ServiceClusterIPRange = virtualCluster.Networking.Services is [{ } services, ..] ? services : ServicesDefault,
            AdvertiseAddress = clusterIP,
            ServiceAccountIssuer = DnsNames is [{ } first, ..] ? "https://" + first : VirtualGardenNames.Server,
            ServerSecret = shown.Server.SecretName,
            ClientCaSecret = authorities.Client.SecretName,
            ServiceAccountKeySecret = authorities.ServiceAccountKey.SecretName,
            FrontProxyCaSecret = authorities.FrontProxy.SecretName,
            FrontProxySecret = shown.FrontProxy.SecretName,
            AuthorizationWebhookSecret = shown.SeedReview.SecretName,
            Store = store,
            Replicas = Replicas,
        });
    }

    public IComponent KubeControllerManager(VirtualGardenAuthorities authorities, ManagedSecret kubeconfig)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        return Controller(
            VirtualGardenNames.KubeControllerManager,
            $"{images.KubeControllerManager}:v{garden.Spec.VirtualCluster.Kubernetes.Version}",
            [
                $"--kubeconfig={ControlPlanePod.SecretFolder}/kubeconfig/kubeconfig",
                $"--root-ca-file={ControlPlanePod.SecretFolder}/ca/ca.crt",
                $"--cluster-signing-cert-file={ControlPlanePod.SecretFolder}/ca-client/ca.crt",
                $"--cluster-signing-key-file={ControlPlanePod.SecretFolder}/ca-client/ca.key",
                $"--service-account-private-key-file={ControlPlanePod.SecretFolder}/service-account/id_rsa",
            ],
            kubeconfig,
            new Dictionary<string, string>
            {
                ["ca"] = authorities.Server.SecretName,
                ["ca-client"] = authorities.Client.SecretName,
                ["service-account"] = authorities.ServiceAccountKey.SecretName,
            });
    }

    /// <summary>The resource manager of the runtime cluster, which applies everything else.</summary>
    public IComponent RuntimeResourceManager() => new ResourceManagerWorkload(new ResourceManagerValues
    {
        Namespace = VirtualGardenNames.Namespace,
        Image = images.Hortus,
        Replicas = Replicas,
    });

    /// <summary>The resource manager that applies to the virtual garden.</summary>
    public IComponent VirtualResourceManager(ManagedSecret kubeconfig)
    {
        ArgumentNullException.ThrowIfNull(kubeconfig);
        return new ResourceManagerWorkload(new ResourceManagerValues
        {
            Namespace = VirtualGardenNames.Namespace,
            Name = VirtualGardenNames.ResourceManager,
            Image = images.Hortus,
            TargetKubeconfigSecret = kubeconfig.SecretName,
            Replicas = Replicas,
        });
    }

    public IComponent GardenerControllerManager(ManagedSecret kubeconfig) => Controller(
        VirtualGardenNames.GardenerControllerManager,
        images.Hortus,
        ["controller-manager", $"--kubeconfig={ControlPlanePod.SecretFolder}/kubeconfig/kubeconfig", LeaderElection],
        kubeconfig,
        new Dictionary<string, string>());

    public IComponent GardenerScheduler(ManagedSecret kubeconfig) => Controller(
        VirtualGardenNames.GardenerScheduler,
        images.Hortus,
        ["scheduler", $"--kubeconfig={ControlPlanePod.SecretFolder}/kubeconfig/kubeconfig", LeaderElection],
        kubeconfig,
        new Dictionary<string, string>());

    private ControllerWorkload Controller(
        string name, string image, IReadOnlyList<string> args, ManagedSecret kubeconfig, Dictionary<string, string> secrets)
    {
        secrets["kubeconfig"] = kubeconfig.SecretName;
        return new ControllerWorkload(new ControllerValues
        {
            Namespace = VirtualGardenNames.Namespace,
            Name = name,
            Image = image,
            Args = args,
            Replicas = Replicas,
            Secrets = secrets,
            Labels = new Dictionary<string, string> { ["gardener.cloud/role"] = "controlplane" },
        });
    }
}

/// <summary>What the API server shows to others.</summary>
/// <param name="Server">Its serving certificate.</param>
/// <param name="FrontProxy">What it shows to the servers behind it.</param>
/// <param name="SeedReview">How it asks what gardenlets may do.</param>
public sealed record ApiServerSecrets(ManagedSecret Server, ManagedSecret FrontProxy, ManagedSecret SeedReview);
