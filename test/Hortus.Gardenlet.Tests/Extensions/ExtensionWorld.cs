using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer;
using Hortus.Charts;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Components.Gardenlets;
using Hortus.GardenApi;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Oci;
using Hortus.ResourceManager;
using Hortus.Runtime;
using Hortus.Telemetry;
using Hortus.Testing;
using Hortus.Testing.Scripted;

namespace Hortus.Gardenlet.Tests.Extensions;

/// <summary>
/// A garden and a seed as real API servers in this process, with the gardenlet's controllers for extensions, the seed's resource
/// manager and the real helm at work. Shared by the tests of a class: each uses names of its own.
/// </summary>
public sealed class ExtensionWorld : IAsyncLifetime
{
    public const string SeedName = TestSurroundings.SeedName;
    public const string GardenIdentity = "garden-of-the-test";

    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> running = [];
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-extensions-").FullName;
    private readonly MetricRegistry metrics = new();
    private readonly HelmRenderer helm = new(HelmBinary.Find(null), new HelmLimits());
    private readonly Lines lines = new();
    private readonly CachedRenderer renderer;
    private InstallationReconciler reconciler = null!;
    private InProcessApiServer gardenServer = null!;
    private InProcessApiServer seedServer = null!;
    private KubernetesClient seedAsGardenlet = null!;
    private ScriptedCluster? workloads;
    private ArtifactPuller? puller;
    private CancellationTokenSource gardenletStop = new();
    private Task gardenlet = Task.CompletedTask;

    public ExtensionWorld() => renderer = new CachedRenderer(helm);

    public IKubernetesClient Garden { get; private set; } = null!;

    public IKubernetesClient Seed { get; private set; } = null!;

    /// <summary>Everything that the gardenlet logged.</summary>
    public IReadOnlyList<string> Log => lines.All;

    /// <summary>How the seed is set up.</summary>
    public static Seed SeedConfig => new()
    {
        Metadata = new ObjectMeta
        {
            Name = SeedName,
            Labels = new Dictionary<string, string> { ["env"] = "test" },
            Annotations = new Dictionary<string, string> { ["note"] = "mine" },
        },
        Spec = new SeedSpec
        {
            Provider = new SeedProvider { Type = "local", Region = "here", Zones = ["a", "b"] },
            Dns = new SeedDNS { Provider = new SeedDNSProvider { Type = "local", CredentialsRef = DnsSecret } },
            Ingress = new Objects.Gardener.Core.Ingress
            {
                Domain = "ingress.example",
                Controller = new IngressController { Kind = "nginx" },
            },
            Networks = new SeedNetworks { Pods = "10.1.0.0/16", Services = "10.2.0.0/16", BlockCIDRs = ["169.254.169.254/32"] },
            Taints = [new SeedTaint { Key = GardenerNames.SeedTaintProtected }],
            Volume = new SeedVolume { Providers = [new SeedVolumeProvider { Purpose = "etcd-main", Name = "flash" }] },
            Settings = new SeedSettings { Scheduling = new SeedSettingScheduling { Visible = false } },
        },
    };

    public async Task InitializeAsync()
    {
        using var deadline = NewDeadline();
        var key = Path.Combine(folder, "sa.key");
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(key, pair.ExportPkcs8PrivateKeyPem(), deadline.Token);
        gardenServer = await GardenServers.StartAsync(deadline.Token, key);
        seedServer = await ChartRights.StartServerAsync(deadline.Token);
        (Garden, Seed) = (gardenServer.Connect(), seedServer.Connect());
        await FillGardenAsync(deadline.Token);
        await SeedCrds.InstallAsync(Seed, deadline.Token);
        await Seed.CreateAsync(NamespaceOf(GardenerNames.GardenNamespace), deadline.Token);
        await ChartRights.GrantAsync(Seed, "hortus-gardenlet", deadline.Token);
        seedAsGardenlet = seedServer.ConnectAs("gardenlet");
        workloads = ScriptedCluster.Start(Seed, TimeProvider.System);
        RunResourceManager();
        StartGardenlet();
    }

    /// <summary>Starts a gardenlet, in place of one that was stopped, with the same cache folder. It keeps what it has rendered, which
    /// is not what a restart is about.</summary>
    public void StartGardenlet()
    {
        gardenletStop = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        puller = TestPuller.New(metrics, lines, Path.Combine(folder, "charts"));
        var surroundings = TestSurroundings.Of(
            TestManagers.NewManager(Garden, TimeProvider.System, lines),
            TestManagers.NewManager(seedAsGardenlet, TimeProvider.System, lines)) with
        {
            GardenConnection = new ClientConnection { Server = gardenServer.Address, Token = "secret-of-the-gardenlet" },
            Charts = new InstallationCharts(new ChartLoader(puller, null), renderer),
            Installer = new GardenletInstaller(new ChartLoader(puller, null), renderer, TimeProvider.System),
            Identity = new Gardener { Id = "test", Name = "test", Version = "v1.2.3" },
            Logs = lines,
        };
        InstallationControllers.AddTo(surroundings);
        var status = new InstallationStatusWriter(surroundings);
        reconciler = new InstallationReconciler(surroundings, status, new InstallationDeletion(surroundings, status));
        gardenlet = Task.WhenAll(surroundings.Garden.RunAsync(gardenletStop.Token), surroundings.Seed.RunAsync(gardenletStop.Token));
    }

    /// <summary>Looks at an installation once, beside the controller.</summary>
    public Task ReconcileAsync(string name, CancellationToken cancellationToken) =>
        reconciler.ReconcileAsync(ObjectKey.Cluster(name), cancellationToken);

    /// <summary>Stops the gardenlet.</summary>
    public async Task StopGardenletAsync()
    {
        await gardenletStop.CancelAsync();
        await gardenlet.ContinueWith(_ => { }, TaskScheduler.Default);
        gardenletStop.Dispose();
        puller?.Dispose();
    }

    public async Task DisposeAsync()
    {
        await StopGardenletAsync();
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        if (workloads is not null)
        {
            await workloads.DisposeAsync();
        }

        (Garden as IDisposable)?.Dispose();
        (Seed as IDisposable)?.Dispose();
        seedAsGardenlet?.Dispose();
        await gardenServer.DisposeAsync();
        await seedServer.DisposeAsync();
        helm.Dispose();
        metrics.Dispose();
        stop.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    public static CancellationTokenSource NewDeadline() => new(TimeSpan.FromSeconds(60));

    /// <summary>A deployment of a chart that stands in it.</summary>
    public static ControllerDeployment Deployment(string name, byte[] chart, string? values = null) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Helm = new HelmControllerDeployment
        {
            RawChart = chart,
            Values = values is null ? null : JsonSerializer.Deserialize<JsonElement>(values),
        },
    };

    /// <summary>A deployment of a chart in a registry.</summary>
    public static ControllerDeployment Deployment(string name, string reference, string? pullSecret = null) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Helm = new HelmControllerDeployment
        {
            OciRepository = new OCIRepository
            {
                Ref = reference,
                PullSecretRef = pullSecret is null ? null : new LocalObjectReference { Name = pullSecret },
            },
        },
    };

    /// <summary>Registers a deployment and asks for its installation in the seed, as the garden's controllers do.</summary>
    public async Task<ControllerInstallation> InstallAsync(
        ControllerDeployment deployment, CancellationToken cancellationToken, params (string Kind, string Type)[] serves)
    {
        var name = deployment.Metadata.Name!;
        var written = await Garden.CreateAsync(deployment, cancellationToken);
        var registration = await Garden.CreateAsync(
            new ControllerRegistration
            {
                Metadata = new ObjectMeta { Name = name },
                Spec = new ControllerRegistrationSpec
                {
                    Resources = [.. serves.Select(s => new ControllerResource { Kind = s.Kind, Type = s.Type })],
                    Deployment = new ControllerRegistrationDeployment { DeploymentRefs = [new DeploymentRef { Name = name }] },
                },
            },
            cancellationToken);
        return await Garden.CreateAsync(
            new ControllerInstallation
            {
                Metadata = new ObjectMeta { Name = name },
                Spec = new ControllerInstallationSpec
                {
                    RegistrationRef = ReferenceTo(registration),
                    SeedRef = new ObjectReference { Name = SeedName },
                    DeploymentRef = ReferenceTo(written),
                },
            },
            cancellationToken);
    }

    /// <summary>Changes a deployment and tells its installation, as the garden's controllers do.</summary>
    public async Task ChangeAsync(
        string name, Func<ControllerDeployment, ControllerDeployment> change, CancellationToken cancellationToken)
    {
        var old = await Garden.GetAsync<ControllerDeployment>(ObjectKey.Cluster(name), cancellationToken);
        var written = await Garden.UpdateAsync(change(old), cancellationToken);
        await TouchAsync(name, written.Metadata.ResourceVersion!, cancellationToken);
    }

    /// <summary>Makes the gardenlet look at an installation again.</summary>
    public Task TouchAsync(string name, string version, CancellationToken cancellationToken) =>
        Garden.PatchAsync<ControllerInstallation>(
            ObjectKey.Cluster(name),
            Patch.Merge(new JsonObject
            {
                ["spec"] = new JsonObject { ["deploymentRef"] = new JsonObject { ["resourceVersion"] = version } },
            }),
            cancellationToken);

    /// <summary>Waits for a condition with a reason.</summary>
    public async Task<GardenerCondition> ConditionAsync(string name, string type, string reason, CancellationToken cancellationToken)
    {
        GardenerCondition? Of(ControllerInstallation? installation) =>
            installation?.Status?.Conditions?.FirstOrDefault(c => c.Type == type);
        ControllerInstallation? last = null;
        try
        {
            var found = await Garden.UntilAsync<ControllerInstallation>(
                ObjectKey.Cluster(name), value => Of(last = value)?.Reason == reason, cancellationToken);
            return Of(found)!;
        }
        catch (OperationCanceledException)
        {
            var conditions = string.Join('\n', last?.Status?.Conditions?.Select(c => $"{c.Type} {c.Status} {c.Reason} {c.Message}") ?? []);
            throw new TimeoutException($"{name} did not get {type} {reason}; it has:\n{conditions}\n{string.Join('\n', Log.TakeLast(20))}");
        }
    }

    /// <summary>Waits for an Event about an installation.</summary>
    public async Task<Event> EventAsync(string name, string reason, CancellationToken cancellationToken)
    {
        await foreach (var change in Garden.WatchAsync<Event>(new WatchOptions(), cancellationToken))
        {
            if (change.Type != WatchEventType.Bookmark && change.Object.InvolvedObject.Name == name && change.Object.Reason == reason)
            {
                return change.Object;
            }
        }

        throw new OperationCanceledException($"the watch ended before Event {reason} about {name} came");
    }

    /// <summary>The ManagedResource of an installation; null when there is none.</summary>
    public Task<ManagedResource?> ManagedResourceAsync(string name, CancellationToken cancellationToken) =>
        Seed.FindAsync<ManagedResource>(new ObjectKey("garden", name), cancellationToken);

    public static Namespace NamespaceOf(string name) => new() { Metadata = new ObjectMeta { Name = name } };

    private static ObjectReference DnsSecret =>
        new() { ApiVersion = "v1", Kind = "Secret", Namespace = "garden", Name = "dns" };

    private static ObjectReference ReferenceTo(KubernetesObject value) =>
        new() { Name = value.Metadata.Name, ResourceVersion = value.Metadata.ResourceVersion };

    private async Task FillGardenAsync(CancellationToken cancellationToken)
    {
        foreach (var name in new[] { GardenerNames.GardenNamespace, GardenerNames.SeedNamespace(SeedName) })
        {
            await Garden.CreateAsync(NamespaceOf(name), cancellationToken);
        }

        await Garden.CreateAsync(
            new ConfigMap
            {
                Metadata = new ObjectMeta { Namespace = "kube-system", Name = "cluster-identity" },
                Data = new Dictionary<string, string> { ["cluster-identity"] = GardenIdentity },
            },
            cancellationToken);
        await Garden.CreateAsync(
            new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = "dns" } }, cancellationToken);
        await Garden.CreateAsync(SeedConfig, cancellationToken);
        await Garden.PatchAsync<Seed>(
            ObjectKey.Cluster(SeedName),
            Patch.Merge(new JsonObject
            {
                ["status"] = new JsonObject { ["clusterIdentity"] = "seed-of-the-test", ["kubernetesVersion"] = "v1.34.2" },
            }) with
            { Subresource = "status" },
            cancellationToken);
    }

    private void RunResourceManager()
    {
        var manager = TestManagers.NewManager(Seed, TimeProvider.System);
        var setup = new ControllerSetup
        {
            Source = manager,
            Target = manager,
            Options = new ResourceManagerOptions { ResourceClass = ManagedResourceSettings.SeedClass },
            Clock = TimeProvider.System,
            Logs = lines,
            Random = new Random(1),
        };
        running.Add(ResourceManagerComponent.RunAsync(setup, stop.Token));
    }
}
