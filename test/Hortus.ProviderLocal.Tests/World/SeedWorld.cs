using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Calico;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Dns;
using Hortus.Runtime;
using Hortus.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.ProviderLocal.Tests.World;

/// <summary>A seed as a real API server with the local provider at work; machines are up to the test.</summary>
internal sealed class SeedWorld : IAsyncDisposable
{
    public const string Namespace = "shoot--local--test";

    private readonly InProcessApiServer server;
    private readonly KubernetesClient client;
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    private SeedWorld(InProcessApiServer server)
    {
        this.server = server;
        client = server.Connect();
    }

    public IKubernetesClient Seed => client;

    /// <summary>The zones that a name server of the seed answers.</summary>
    public ZoneDirectory Zones { get; private set; } = null!;

    /// <summary>Folder of the backup buckets.</summary>
    public string Backups { get; } = Path.Combine(Directory.CreateTempSubdirectory("hortus-backups-").FullName, "buckets");

    /// <summary>Starts the seed with a shoot's namespace and Cluster.</summary>
    public static async Task<SeedWorld> StartAsync(CancellationToken cancellationToken)
    {
        var world = new SeedWorld(await InProcessApiServer.StartAsync(cancellationToken));
        await CustomKinds.InstallAsync(world.Seed, [.. GardenerKinds.SeedCrds, typeof(IPPool)], cancellationToken);
        foreach (var name in new[] { Namespace, GardenerNames.GardenNamespace })
        {
            await world.Seed.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = name } }, cancellationToken);
        }

        await world.Seed.CreateAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = Namespace, Name = "default" } }, cancellationToken);
        await world.ApplyClusterAsync(shoot => shoot, cancellationToken);
        var manager = TestManagers.NewManager(world.Seed, TimeProvider.System);
        var options = new ProviderLocalOptions
        {
            ExtensionClasses = [ExtensionClass.Garden, ExtensionClass.Shoot],
            BackupPath = world.Backups,
            BackupHostPath = "/on/the/node",
        };
        ProviderLocalComponent.AddTo(manager, options, TimeProvider.System);
        world.Zones = ZoneDirectory.AddTo([manager], TimeProvider.System, NullLogger.Instance);
        world.running = manager.RunAsync(world.stop.Token);
        return world;
    }

    /// <summary>Writes the Cluster of a shoot like the newcomer's, changed.</summary>
    public Task ApplyClusterAsync(Func<Shoot, Shoot> change, CancellationToken cancellationToken)
    {
        var shoot = change(new Shoot
        {
            Metadata = new ObjectMeta { Namespace = "garden-local", Name = "test" },
            Spec = new ShootSpec
            {
                Kubernetes = new Objects.Gardener.Core.Kubernetes { Version = "1.35.4" },
                Networking = new Networking { Type = "calico", Nodes = "10.0.0.0/16", Pods = "10.3.0.0/16", Services = "10.4.0.0/16" },
            },
        });
        var cluster = new Ext.Cluster
        {
            Metadata = new ObjectMeta { Name = Namespace },
            Spec = new Ext.ClusterSpec
            {
                Shoot = JsonSerializer.SerializeToElement(KubernetesJson.ToNode(shoot)),
                CloudProfile = JsonSerializer.SerializeToElement(new JsonObject
                {
                    ["apiVersion"] = "core.gardener.cloud/v1beta1",
                    ["kind"] = "CloudProfile",
                    ["metadata"] = new JsonObject { ["name"] = "local" },
                }),
            },
        };
        return Seed.ApplyAsync(cluster, "test", cancellationToken);
    }

    /// <summary>Metadata of an object in the shoot's namespace.</summary>
    public static ObjectMeta Named(string name) => new() { Namespace = Namespace, Name = name };

    /// <summary>Key of an object in the shoot's namespace.</summary>
    public static ObjectKey KeyOf(string name) => new(Namespace, name);

    /// <summary>Waits until the object's last operation has succeeded.</summary>
    public async Task<T> UntilSucceededAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : Ext.ExtensionObject =>
        (await Seed.UntilAsync<T>(
            key,
            value => value?.ExtensionStatus is { LastOperation.State: LastOperationState.Succeeded } status
                && status.ObservedGeneration == value.Metadata.Generation,
            cancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        client.Dispose();
        await server.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(Backups)!, recursive: true);
        stop.Dispose();
    }
}
