using System.Text;
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
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Scripted;

namespace Hortus.Gardenlet.Tests.ManagedSeeds;

/// <summary>A garden, the seed <c>local</c> and the cluster of its Shoot <c>garden/child</c> as real API servers; the controller of
/// ManagedSeeds works with the real helm.</summary>
internal sealed class ManagedSeedWorld : IAsyncDisposable
{
    public const string Name = "child";
    private const string TechnicalID = "shoot--garden--child";
    public static readonly ObjectKey Key = new("garden", Name);

    private readonly HelmRenderer helm = new(HelmBinary.Find(null), new HelmLimits());
    private readonly CancellationTokenSource stop = new();
    private readonly List<InProcessApiServer> servers = [];
    private readonly List<KubernetesClient> clients = [];
    private RunningComponent? namespaces;
    private Task running = Task.CompletedTask;

    public KubernetesClient Garden => clients[0];

    public KubernetesClient Seed => clients[1];

    public KubernetesClient Shoot => clients[2];

    /// <summary>What the gardenlet hands down.</summary>
    public ParentGardenlet Parent { get; } = new()
    {
        Configuration = new JsonObject
        {
            ["logLevel"] = "debug",
            ["gardenClientConnection"] = new JsonObject { ["kubeconfigValidity"] = new JsonObject { ["validity"] = "24h" } },
            ["seedConfig"] = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "local" } },
        },
        ImageVectorOverwrite = "images: []\n",
    };

    public static async Task<ManagedSeedWorld> StartAsync(CancellationToken cancellationToken)
    {
        var world = new ManagedSeedWorld();
        world.Add(await GardenServers.StartAsync(cancellationToken));
        world.Add(await InProcessApiServer.StartAsync(cancellationToken));
        world.Add(await InProcessApiServer.StartAsync(cancellationToken));
        await world.FillAsync(cancellationToken);
        var controllers = new KubeControllerManagerOptions { LeaderElect = false, Controllers = ["namespace"] };
        world.namespaces = RunningComponent.Start(
            "kube-controller-manager", world.Shoot, TimeProvider.System,
            (context, token) => new KubeControllerManagerComponent().RunAsync(controllers, context, token));
        world.Run();
        return world;
    }

    /// <summary>Makes the ManagedSeed.</summary>
    /// <param name="seed">Gets the spec of its Seed, to change it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<ManagedSeed> CreateAsync(CancellationToken cancellationToken, Action<JsonObject>? seed = null)
    {
        var spec = new JsonObject();
        seed?.Invoke(spec);
        var config = new JsonObject
        {
            ["apiVersion"] = "gardenlet.config.gardener.cloud/v1alpha1",
            ["kind"] = "GardenletConfiguration",
            ["seedConfig"] = new JsonObject { ["spec"] = spec },
        };
        return Garden.CreateAsync(
            new ManagedSeed
            {
                Metadata = new ObjectMeta { Namespace = Key.Namespace, Name = Key.Name },
                Spec = new ManagedSeedSpec
                {
                    Shoot = new ManagedSeedShoot { Name = Name },
                    Gardenlet = new GardenletConfig { Config = JsonSerializer.SerializeToElement(config) },
                },
            },
            cancellationToken);
    }

    /// <summary>The Shoot is, or is not, as it is wanted.</summary>
    public Task SayShootAsync(string state, CancellationToken cancellationToken) => Garden.PatchAsync<Shoot>(
        Key,
        Patch.Merge(new JsonObject
        {
            ["status"] = JsonNode.Parse($$"""
                {"technicalID":"{{TechnicalID}}","seedName":"local","observedGeneration":1,"lastOperation":{
                  "type":"Create","state":"{{state}}","progress":100,"description":"test","lastUpdateTime":"2026-01-01T00:00:00Z"
                } }
                """),
        }) with
        { Subresource = "status" },
        cancellationToken);

    /// <summary>The gardenlet has credentials for the Shoot.</summary>
    public Task GiveCredentialsAsync(CancellationToken cancellationToken) => Seed.CreateAsync(
        new Secret
        {
            Metadata = new ObjectMeta
            {
                Namespace = TechnicalID,
                Name = "gardenlet-kubeconfig",
                Labels = new Dictionary<string, string> { [SecretsManager.NameLabel] = ShootSecrets.GardenletKubeconfig },
            },
            Data = new Dictionary<string, byte[]> { ["kubeconfig"] = Encoding.UTF8.GetBytes("way into the shoot") },
        },
        cancellationToken);

    /// <summary>Waits for a condition with a part of its message.</summary>
    public async Task<GardenerCondition> SaysAsync(string type, string status, string message, CancellationToken cancellationToken)
    {
        GardenerCondition? Of(ManagedSeed? value) => value?.Status?.Conditions?.FirstOrDefault(c => c.Type == type);
        GardenerCondition? last = null;
        try
        {
            await Garden.UntilAsync<ManagedSeed>(
                Key,
                value => (last = Of(value)) is { } c && c.Status == status && c.Message.Contains(message, StringComparison.Ordinal),
                cancellationToken);
            return last!;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"no {type} {status} {message}; there is: {last?.Status} {last?.Reason} {last?.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        await namespaces!.DisposeAsync();
        clients.ForEach(client => client.Dispose());
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        helm.Dispose();
        stop.Dispose();
    }

    private void Add(InProcessApiServer server)
    {
        servers.Add(server);
        clients.Add(server.Connect());
    }

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        await Garden.CreateAsync(ExtensionWorld.NamespaceOf("garden"), cancellationToken);
        await Seed.CreateAsync(ExtensionWorld.NamespaceOf(TechnicalID), cancellationToken);
        await GardenWorld.ApplyExampleAsync(Garden, "10-cloudprofile.yaml", cancellationToken);
        await Garden.CreateAsync(
            new Project { Metadata = new ObjectMeta { Name = "garden" }, Spec = new ProjectSpec { Namespace = "garden" } }, cancellationToken);
        foreach (var name in new[] { "local", "dns" })
        {
            await Garden.CreateAsync(new Secret { Metadata = new ObjectMeta { Namespace = "garden", Name = name } }, cancellationToken);
        }

        await Garden.CreateAsync(
            new CredentialsBinding
            {
                Metadata = new ObjectMeta { Namespace = "garden", Name = "local" },
                Provider = new CredentialsBindingProvider { Type = "local" },
                CredentialsRef = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = "garden", Name = "local" },
            },
            cancellationToken);
        await Garden.CreateAsync(GardenWorld.SeedOf("local"), cancellationToken);
        var shoot = GardenWorld.NewShoot(Name);
        await Garden.CreateAsync(
            shoot with { Metadata = shoot.Metadata with { Namespace = "garden" }, Spec = shoot.Spec with { SeedName = "local" } },
            cancellationToken);
    }

    private void Run()
    {
        var surroundings = TestSurroundings.Of(
            TestManagers.NewManager(Garden, TimeProvider.System), TestManagers.NewManager(Seed, TimeProvider.System)) with
        {
            Settings = new ControllerSettings { ManagedSeedWaitPeriod = TimeSpan.FromMilliseconds(500) },
            GardenConnection = new ClientConnection { Server = servers[0].Address, CertificateAuthorityPem = "authority" },
            Shoots = new OneShoot(Shoot),
            Installer = new GardenletInstaller(new ChartLoader(new NoCharts(), null), helm, TimeProvider.System),
            Images = new ImageVector { Hortus = "registry.example/mirror/hortus:0.9.9" },
            Parent = Parent,
        };
        new ManagedSeedReconciler(surroundings).AddTo(surroundings.Garden);
        running = Task.WhenAll(surroundings.Garden.RunAsync(stop.Token), surroundings.Seed.RunAsync(stop.Token));
    }
}
