using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer;
using Hortus.Charts;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Components.Gardenlets;
using Hortus.GardenApi;
using Hortus.Gardenlet.Tests.Extensions;
using Hortus.Gardenlet.Tests.World;
using Hortus.KubeControllers;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Oci;
using Hortus.ResourceManager;
using Hortus.Runtime;
using Hortus.Telemetry;
using Hortus.Testing;
using Hortus.Testing.Scripted;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet.Tests.SelfUpgrade;

/// <summary>
/// A garden and a seed as real API servers, with the real controllers of Deployments and the real helm; pods are scripted. The
/// gardenlet's own controller runs, and can be stopped and started as its process is by a rollout.
/// </summary>
internal sealed class SelfUpgradeWorld : IAsyncDisposable
{
    public const string SeedName = TestSurroundings.SeedName;
    public const string GardenVersion = "v1.4.0";

    private static readonly ObjectKey Self = new(GardenerNames.GardenNamespace, SeedName);

    private readonly MetricRegistry metrics = new();
    private readonly HelmRenderer helm = new(HelmBinary.Find(null), new HelmLimits());
    private readonly Lines lines = new();
    private readonly HashSet<string> crashing = [];
    private readonly List<RunningComponent> running = [];
    private readonly CachedRenderer renderer;
    private readonly ArtifactPuller puller;
    private InProcessApiServer gardenServer = null!;
    private InProcessApiServer seedServer = null!;
    private KubernetesClient seedAsGardenlet = null!;
    private CancellationTokenSource leaderStop = new();
    private Task leader = Task.CompletedTask;

    private SelfUpgradeWorld()
    {
        renderer = new CachedRenderer(helm);
        puller = TestPuller.New(metrics, lines);
    }

    public IKubernetesClient Garden { get; private set; } = null!;

    public IKubernetesClient Seed { get; private set; } = null!;

    public ShiftedClock Clock { get; } = new();

    public IReadOnlyList<string> Log => lines.All;

    public GardenletSurroundings Surroundings => TestSurroundings.Of(
        TestManagers.NewManager(Garden, TimeProvider.System, lines),
        TestManagers.NewManager(seedAsGardenlet, TimeProvider.System, lines)) with
    {
        GardenConnection = new ClientConnection { Server = gardenServer.Address },
        Charts = new InstallationCharts(new ChartLoader(puller, null), renderer),
        Installer = new GardenletInstaller(new ChartLoader(puller, null), renderer, Clock),
        Identity = new Gardener { Id = "test", Name = "test", Version = GardenVersion },
        Clock = Clock,
        Logs = lines,
    };

    public static async Task<SelfUpgradeWorld> StartAsync(CancellationToken cancellationToken)
    {
        var world = new SelfUpgradeWorld();
        world.gardenServer = await GardenServers.StartAsync(cancellationToken);
        world.seedServer = await ChartRights.StartServerAsync(cancellationToken);
        (world.Garden, world.Seed) = (world.gardenServer.Connect(), world.seedServer.Connect());
        foreach (var client in new[] { world.Garden, world.Seed })
        {
            await client.CreateAsync(ExtensionWorld.NamespaceOf(GardenerNames.GardenNamespace), cancellationToken);
        }

        await world.Garden.CreateAsync(ExtensionWorld.NamespaceOf(GardenerNames.PublicNamespace), cancellationToken);
        await world.SayGardenVersionAsync(GardenVersion, cancellationToken);
        await SeedCrds.InstallAsync(world.Seed, cancellationToken);
        await ChartRights.GrantAsync(world.Seed, "hortus-gardenlet", cancellationToken);
        world.seedAsGardenlet = world.seedServer.ConnectAs("gardenlet");
        world.RunCluster();
        world.StartLeader();
        return world;
    }

    /// <summary>The garden says another version of itself.</summary>
    public Task SayGardenVersionAsync(string version, CancellationToken cancellationToken) => Garden.ApplyAsync(
        new ConfigMap
        {
            Metadata = new ObjectMeta { Namespace = GardenerNames.PublicNamespace, Name = GardenerNames.InfoConfigMap },
            Data = new Dictionary<string, string> { [GardenerInfo.ServerKey] = GardenerInfo.Describe(version) },
        },
        "test",
        cancellationToken);

    /// <summary>From now on, pods of this version crash at their start.</summary>
    public void Crash(string version)
    {
        lock (crashing)
        {
            crashing.Add(version);
        }
    }

    /// <summary>Starts the controller, as a replica does that has got the lease.</summary>
    public void StartLeader()
    {
        leaderStop = new CancellationTokenSource();
        var surroundings = Surroundings;
        new SelfUpgradeReconciler(surroundings).AddTo(surroundings.Garden);
        leader = Task.WhenAll(surroundings.Garden.RunAsync(leaderStop.Token), surroundings.Seed.RunAsync(leaderStop.Token));
    }

    /// <summary>Ends the controller, as the end of the leading pod does.</summary>
    public async Task StopLeaderAsync()
    {
        await leaderStop.CancelAsync();
        await leader.ContinueWith(_ => { }, TaskScheduler.Default);
        leaderStop.Dispose();
    }

    /// <summary>Makes the Gardenlet, or gives it another chart and settings.</summary>
    public async Task AskForAsync(
        string reference, CancellationToken cancellationToken, string? imageVector = null, string logLevel = "info", string? image = null)
    {
        var spec = new JsonObject
        {
            ["deployment"] = new JsonObject
            {
                ["replicaCount"] = 2,
                ["helm"] = new JsonObject { ["ociRepository"] = new JsonObject { ["ref"] = reference } },
                ["imageVectorOverwrite"] = imageVector,
                ["componentImageVectorOverwrite"] = imageVector is null ? null : "components: []\n",
                ["image"] = image is null ? null : new JsonObject { ["tag"] = image },
            },
            ["config"] = new JsonObject
            {
                ["apiVersion"] = "gardenlet.config.gardener.cloud/v1alpha1",
                ["kind"] = "GardenletConfiguration",
                ["logLevel"] = logLevel,
                ["seedConfig"] = new JsonObject { ["spec"] = KubernetesJson.ToNode(ExtensionWorld.SeedConfig.Spec) },
            },
        };
        if (await Garden.FindAsync<GardenletObject>(Self, cancellationToken) is null)
        {
            var value = new JsonObject { ["metadata"] = new JsonObject { ["name"] = Self.Name, ["namespace"] = Self.Namespace }, ["spec"] = spec };
            await Garden.CreateAsync(KubernetesJson.Deserialize<GardenletObject>(value), cancellationToken);
            return;
        }

        await Garden.PatchAsync<GardenletObject>(Self, Patch.Merge(new JsonObject { ["spec"] = spec }), cancellationToken);
    }

    public Task<GardenletObject> GardenletAsync(CancellationToken cancellationToken) =>
        Garden.GetAsync<GardenletObject>(Self, cancellationToken);

    public Task AnnotateAsync(string key, string? value, CancellationToken cancellationToken) => Garden.PatchAsync<GardenletObject>(
        Self,
        Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [key] = value } } }),
        cancellationToken);

    /// <summary>Waits for a condition with a reason and a part of its message, if wanted of what was asked for last.</summary>
    public async Task<GardenerCondition> ConditionAsync(
        string type, string reason, CancellationToken cancellationToken, string message = "", bool ofLast = false)
    {
        GardenerCondition? Of(GardenletObject? value) => value?.Status?.Conditions?.FirstOrDefault(c => c.Type == type);
        GardenletObject? last = null;
        try
        {
            var found = await Garden.UntilAsync<GardenletObject>(
                Self,
                value => Of(last = value) is { } c && c.Reason == reason && c.Message.Contains(message, StringComparison.Ordinal)
                    && (!ofLast || value!.Status!.ObservedGeneration == value.Metadata.Generation),
                cancellationToken);
            return Of(found)!;
        }
        catch (OperationCanceledException)
        {
            var conditions = string.Join('\n', last?.Status?.Conditions?.Select(c => $"{c.Type} {c.Status} {c.Reason} {c.Message}") ?? []);
            throw new TimeoutException($"no {type} {reason} {message}; there is:\n{conditions}\n{string.Join('\n', Log.TakeLast(20))}");
        }
    }

    /// <summary>Waits until all replicas run a version, and the Gardenlet says so.</summary>
    public async Task RolledOutAsync(string version, CancellationToken cancellationToken)
    {
        await ConditionAsync(
            GardenerConditions.GardenletRolledOut,
            SelfUpgradeStatus.RolledOut,
            cancellationToken,
            $"All replicas run gardenlet {version}",
            ofLast: true);
        (await ImagesAsync(cancellationToken)).ShouldBe([$"hortus/hortus:{version}", $"hortus/hortus:{version}"]);
    }

    /// <summary>Images of the pods that are not ending.</summary>
    public async Task<IReadOnlyList<string>> ImagesAsync(CancellationToken cancellationToken)
    {
        var pods = await Seed.ListAsync<Pod>(ListOptions.In(GardenerNames.GardenNamespace), cancellationToken);
        return [.. pods.Items.Where(pod => !pod.Metadata.IsDeleting()).Select(pod => pod.Spec.Containers[0].Image!).Order()];
    }

    /// <summary>What is installed and runs: equal as long as nobody touched it, whatever controllers still write into statuses.</summary>
    public async Task<string> InServiceAsync(CancellationToken cancellationToken)
    {
        var deployment = await DeploymentAsync(cancellationToken);
        var pods = await Seed.ListAsync<Pod>(ListOptions.In(GardenerNames.GardenNamespace), cancellationToken);
        return $"{deployment.Metadata.Generation} {deployment.Metadata.Annotation(GardenletNames.ReleaseAnnotation)} "
            + string.Join(' ', pods.Items.Where(pod => !pod.Metadata.IsDeleting()).Select(pod => pod.Metadata.Uid).Order());
    }

    public Task<Deployment> DeploymentAsync(CancellationToken cancellationToken) => Seed.GetAsync<Deployment>(
        GardenletNames.DeploymentKey, cancellationToken);

    /// <summary>Makes the controller look again, as any change of the Deployment does.</summary>
    public Task TouchAsync(CancellationToken cancellationToken) => Seed.PatchAsync<Deployment>(
        GardenletNames.DeploymentKey,
        Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["test"] = Guid.NewGuid().ToString() } },
        }),
        cancellationToken);

    /// <summary>Events about the Gardenlet with a reason.</summary>
    public async Task<IReadOnlyList<Event>> EventsAsync(string reason, CancellationToken cancellationToken)
    {
        var events = await Garden.ListAsync<Event>(ListOptions.In(GardenerNames.GardenNamespace), cancellationToken);
        return [.. events.Items.Where(e => e.Reason == reason && e.InvolvedObject.Name == SeedName)];
    }

    public async ValueTask DisposeAsync()
    {
        await StopLeaderAsync();
        foreach (var component in running)
        {
            await component.DisposeAsync();
        }

        (Garden as IDisposable)?.Dispose();
        (Seed as IDisposable)?.Dispose();
        seedAsGardenlet.Dispose();
        await gardenServer.DisposeAsync();
        await seedServer.DisposeAsync();
        puller.Dispose();
        helm.Dispose();
        metrics.Dispose();
    }

    private void RunCluster()
    {
        var controllers = new KubeControllerManagerOptions { LeaderElect = false, Controllers = ["deployment", "replicaset", "garbagecollector"] };
        running.Add(RunningComponent.Start(
            "kube-controller-manager",
            Seed,
            TimeProvider.System,
            (context, token) => new KubeControllerManagerComponent().RunAsync(controllers, context, token)));
        running.Add(RunningComponent.Start("kubelet", Seed, TimeProvider.System, (context, token) =>
        {
            var manager = context.CreateManager();
            manager.AddController("pods", new PodScript(Seed, Crashes), script => script.For<Pod>());
            return manager.RunAsync(token);
        }));
        running.Add(RunningComponent.Start("resource-manager", Seed, TimeProvider.System, (context, token) =>
        {
            var manager = context.CreateManager();
            return ResourceManagerComponent.RunAsync(
                new ControllerSetup
                {
                    Source = manager,
                    Target = manager,
                    Options = new ResourceManagerOptions
                    {
                        GarbageCollector = true,
                        GarbageCollectorSyncPeriod = TimeSpan.FromSeconds(1),
                    },
                    Clock = Clock,
                    Logs = lines,
                    Random = new Random(1),
                },
                token);
        }));
    }

    private bool Crashes(string image)
    {
        lock (crashing)
        {
            return crashing.Any(version => image.EndsWith($":{version}", StringComparison.Ordinal));
        }
    }
}
