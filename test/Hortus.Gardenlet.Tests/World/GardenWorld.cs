using System.Text.Json.Nodes;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.Components;
using Hortus.GardenApi;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager;
using Hortus.Runtime;
using Hortus.Scheduler;
using Hortus.Telemetry;
using Hortus.Testing;
using Hortus.Testing.Scripted;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet.Tests.World;

/// <summary>A garden, a seed and a shoot as real API servers in this process, with a gardenlet and a scheduler at work and
/// scripted stand-ins for extensions and workload controllers.</summary>
internal sealed class GardenWorld : IAsyncDisposable
{
    public const string SeedName = TestSurroundings.SeedName;
    public const string Project = "garden-local";

    private readonly List<IAsyncDisposable> servers = [];
    private readonly List<IDisposable> clients = [];
    private static readonly ILoggerFactory Logs = NullLoggerFactory.Instance;
    private readonly MetricRegistry metrics = new();
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> running = [];
    private CancellationTokenSource gardenletStop = new();
    private Task gardenlet = Task.CompletedTask;

    public required IKubernetesClient Garden { get; init; }

    /// <summary>How the garden is reached.</summary>
    public required ClientConnection GardenConnection { get; init; }

    public required IKubernetesClient Seed { get; init; }

    /// <summary>The seed with the gardenlet's rights, no more.</summary>
    public required KubernetesClient SeedAsGardenlet { get; init; }

    public required IKubernetesClient Shoot { get; init; }

    public required HttpClient SeedHttp { get; init; }

    /// <summary>What Infrastructure objects report as their fault; null for none.</summary>
    public LastError? InfrastructureFault { get; set; }

    /// <summary>What an object of kind Extension reports as its fault; null for none.</summary>
    public Func<Ext.Extension, LastError?> ExtensionFault { get; set; } = _ => null;

    /// <summary>What a BackupBucket reports as its fault; null for none.</summary>
    public LastError? BucketFault { get; set; }

    /// <summary>How the seed of the gardenlet differs from that of <see cref="SeedOf"/>.</summary>
    public Func<Seed, Seed> SeedChange { get; set; } = seed => seed;

    /// <summary>Name of the registration of everything that the seed needs for itself, and of its installation.</summary>
    public const string Provider = "provider-local";

    /// <summary>Types of extensions that the seed names.</summary>
    public IReadOnlyList<string> SeedExtensions { get; set; } = [];

    /// <summary>Starts the servers and everything but the gardenlet.</summary>
    public static async Task<GardenWorld> StartAsync(CancellationToken cancellationToken)
    {
        var garden = await GardenServers.StartAsync(cancellationToken);
        var seed = await ChartRights.StartServerAsync(cancellationToken);
        var shoot = await InProcessApiServer.StartAsync(cancellationToken);
        var world = new GardenWorld
        {
            Garden = garden.Connect(),
            GardenConnection = new ClientConnection { Server = garden.Address },
            Seed = seed.Connect(),
            SeedAsGardenlet = seed.ConnectAs("gardenlet"),
            Shoot = shoot.Connect(),
            SeedHttp = seed.Client,
        };
        world.servers.AddRange([garden, seed, shoot]);
        world.clients.AddRange([(IDisposable)world.Garden, (IDisposable)world.Seed, world.SeedAsGardenlet, (IDisposable)world.Shoot]);
        await world.FillGardenAsync(cancellationToken);
        await SeedCrds.InstallAsync(world.Seed, cancellationToken);
        await world.Seed.CreateAsync(
            new Namespace { Metadata = new ObjectMeta { Name = GardenerNames.GardenNamespace } }, cancellationToken);
        await ChartRights.GrantAsync(world.Seed, "hortus-gardenlet", cancellationToken);
        world.RunStandIns();
        world.RunResourceManagers();
        world.RunScheduler();
        return world;
    }

    /// <summary>Starts a gardenlet, in place of one that was stopped.</summary>
    public void StartGardenlet()
    {
        gardenletStop = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var surroundings = TestSurroundings.Of(NewManager(Garden, "gardenlet"), NewManager(SeedAsGardenlet, "gardenlet")) with
        {
            Shoots = new OneShoot(Shoot),
            Identity = GardenletIdentity.Create(Guid.NewGuid().ToString()),
            Logs = Logs,
            GardenConnection = GardenConnection,
        };
        gardenlet = GardenletModule.RunAsync(surroundings, SeedConfigOf(), new HealthChecks(), gardenletStop.Token);
    }

    /// <summary>Stops the gardenlet in the middle of what it does.</summary>
    public async Task StopGardenletAsync()
    {
        await gardenletStop.CancelAsync();
        await gardenlet.ContinueWith(_ => { }, TaskScheduler.Default);
        gardenletStop.Dispose();
    }

    /// <summary>A shoot with one worker pool.</summary>
    public static Shoot NewShoot(string name) => new()
    {
        Metadata = new ObjectMeta { Namespace = Project, Name = name },
        Spec = new ShootSpec
        {
            CloudProfile = new CloudProfileReference { Kind = "CloudProfile", Name = "local" },
            CredentialsBindingName = "local",
            Region = "local",
            Networking = new Networking { Type = "calico", Nodes = "10.0.0.0/16" },
            Kubernetes = new Objects.Gardener.Core.Kubernetes { Version = "1.35.4" },
            Provider = new Provider
            {
                Type = "local",
                Workers = [new Worker { Name = "local", Machine = new Machine { Type = "local" }, Minimum = 0, Maximum = 1 }],
            },
        },
    };

    /// <summary>Confirms and asks for the deletion of a shoot.</summary>
    public async Task DeleteShootAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var confirmed = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject { [GardenerAnnotations.ConfirmationDeletion] = "true" },
            },
        };
        await Garden.PatchAsync<Shoot>(key, Patch.Merge(confirmed), cancellationToken);
        await Garden.DeleteAsync<Shoot>(key, null, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopGardenletAsync();
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        clients.ForEach(client => client.Dispose());
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        metrics.Dispose();
        stop.Dispose();
    }

    private ControllerManager NewManager(IKubernetesClient client, string name) => new(client, new ControllerManagerOptions
    {
        Name = name,
        Instance = "test",
        Clock = TimeProvider.System,
        Logs = Logs,
        Metrics = metrics,
        Random = new Random(1),
    });

    private void RunScheduler()
    {
        var manager = NewManager(Garden, "scheduler");
        ShootSchedulingController.AddTo(manager, SeedStrategy.SameRegion, TimeProvider.System);
        running.Add(manager.RunAsync(stop.Token));
    }

    // They run whatever their Deployments say, as kubelets would have it: one for the seed, one for the only shoot.
    private void RunResourceManagers()
    {
        var inSeed = NewManager(Seed, "resource-manager");
        Run(inSeed, inSeed, new ResourceManagerOptions { ResourceClass = "seed" });
        Run(NewManager(Seed, "resource-manager"), NewManager(Shoot, "resource-manager"), new ResourceManagerOptions());

        void Run(ControllerManager source, ControllerManager target, ResourceManagerOptions options)
        {
            var setup = new ControllerSetup
            {
                Source = source,
                Target = target,
                Options = options,
                Clock = TimeProvider.System,
                Logs = Logs,
                Random = new Random(1),
            };
            running.Add(ResourceManagerComponent.RunAsync(setup, stop.Token));
        }
    }

    private void RunStandIns()
    {
        var manager = NewManager(Seed, "stand-ins");
        Extension<Ext.Infrastructure>(manager, fault: _ => InfrastructureFault);
        Extension<Ext.ControlPlane>(manager);
        Extension<Ext.Network>(manager);
        Extension<Ext.Worker>(manager, _ => new JsonObject
        {
            ["machineDeployments"] = new JsonArray(new JsonObject { ["name"] = "one", ["minimum"] = 0, ["maximum"] = 1 }),
        });
        Extension<Ext.Extension>(manager, fault: extension => ExtensionFault(extension));
        Extension<Ext.ContainerRuntime>(manager);
        Extension<Ext.BackupBucket>(
            manager,
            _ => new JsonObject { ["generatedSecretRef"] = new JsonObject { ["name"] = "made", ["namespace"] = "garden" } },
            _ => BucketFault);
        Extension<Ext.DNSRecord>(manager);
        Extension<Ext.OperatingSystemConfig>(manager, config => new JsonObject
        {
            ["cloudConfig"] = new JsonObject
            {
                ["secretRef"] = new JsonObject { ["name"] = "osc-" + config.Metadata.Name, ["namespace"] = config.Metadata.Namespace },
            },
        });
        manager.AddController("deployments", new ScriptedWorkloads<Deployment>(Seed), c => c.For<Deployment>());
        manager.AddController("sets", new ScriptedWorkloads<StatefulSet>(Seed), c => c.For<StatefulSet>());
        manager.AddController("namespaces", new ScriptedNamespaces(Seed, SeedHttp), c => c.For<Namespace>());
        running.Add(manager.RunAsync(stop.Token));
    }

    private void Extension<T>(ControllerManager manager, Func<T, JsonObject>? more = null, Func<T, LastError?>? fault = null)
        where T : Ext.ExtensionObject =>
        manager.AddController(
            typeof(T).Name, new ScriptedExtension<T>(Seed, more ?? (_ => []), fault ?? (_ => null)), c => c.For<T>());

    private Seed SeedConfigOf() => SeedChange(SeedOf(SeedName, SeedExtensions));

    /// <summary>A seed that the garden takes.</summary>
    public static Seed SeedOf(string name, params IEnumerable<string> extensions) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new SeedSpec
        {
            Provider = new SeedProvider { Type = "local", Region = "local", Zones = ["0"] },
            Extensions = [.. extensions.Select(type => new Extension { Type = type })],
            Dns = new SeedDNS
            {
                Provider = new SeedDNSProvider { Type = "local", CredentialsRef = DnsSecret },
                Internal = new SeedDNSProviderConfig { Type = "local", Domain = "internal.example", CredentialsRef = DnsSecret },
                Defaults = [new SeedDNSProviderConfig { Type = "local", Domain = "external.example", CredentialsRef = DnsSecret }],
            },
            Ingress = new Objects.Gardener.Core.Ingress { Domain = "ingress.example", Controller = new IngressController { Kind = "nginx" } },
            Networks = new SeedNetworks
            {
                Pods = "10.1.0.0/16",
                Services = "10.2.0.0/16",
                ShootDefaults = new ShootNetworks { Pods = "10.3.0.0/16", Services = "10.4.0.0/16" },
            },
        },
    };

    private static ObjectReference DnsSecret =>
        new() { ApiVersion = "v1", Kind = "Secret", Namespace = "garden", Name = "dns" };

    private async Task FillGardenAsync(CancellationToken cancellationToken)
    {
        foreach (var name in new[] { "garden", Project, GardenerNames.SeedLeaseNamespace, GardenerNames.SeedNamespace(SeedName) })
        {
            var labels = name == Project
                ? new Dictionary<string, string> { [GardenerLabels.Role] = GardenerRoles.Project, [GardenerLabels.ProjectName] = "local" }
                : null;
            await Garden.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name, Labels = labels } }, cancellationToken);
        }

        await Garden.CreateAsync(new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = "dns" } }, cancellationToken);
        await OfferProviderAsync(cancellationToken);
        foreach (var file in new[] { "10-cloudprofile.yaml", "20-project.yaml", "30-credentials.yaml" })
        {
            await ApplyExampleAsync(Garden, file, cancellationToken);
        }
    }

    /// <summary>Has everything that the seed needs for itself offered, and installed: there is nothing to install.</summary>
    public async Task OfferProviderAsync(CancellationToken cancellationToken)
    {
        string[] kinds = ["ControlPlane", "Infrastructure", "Worker", "DNSRecord", "BackupBucket"];
        await Garden.CreateAsync(
            new ControllerRegistration
            {
                Metadata = new ObjectMeta { Name = Provider },
                Spec = new ControllerRegistrationSpec
                {
                    Resources = [.. kinds.Select(kind => new ControllerResource { Kind = kind, Type = "local" })],
                },
            },
            cancellationToken);
        await Garden.CreateAsync(
            new ControllerInstallation
            {
                Metadata = new ObjectMeta { Name = Provider },
                Spec = new ControllerInstallationSpec
                {
                    RegistrationRef = new ObjectReference { Name = Provider },
                    SeedRef = new ObjectReference { Name = SeedName },
                },
            },
            cancellationToken);
    }

    /// <summary>Applies a file of the examples.</summary>
    public static async Task ApplyExampleAsync(IKubernetesClient garden, string file, CancellationToken cancellationToken)
    {
        foreach (var node in KubernetesYaml.ParseAll(await File.ReadAllTextAsync(Path.Combine(FindExamples(), file), cancellationToken)))
        {
            var kinds = await garden.Dynamic.DiscoverAsync(cancellationToken);
            var kind = kinds.First(k => k.Kind == (string?)node["kind"] && k.ApiVersion == (string?)node["apiVersion"]);
            await garden.Dynamic.ApplyAsync(kind, node, "test", cancellationToken);
        }
    }

    private static string FindExamples()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hortus.slnx")))
            {
                return Path.Combine(folder.FullName, "examples");
            }
        }

        throw new DirectoryNotFoundException($"no folder with Hortus.slnx above {AppContext.BaseDirectory}");
    }
}
