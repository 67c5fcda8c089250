using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;

namespace Hortus.Extensions.Tests.Actuators;

/// <summary>A runtime cluster that is a seed too: the same extension runs twice on it, once for the garden and once for
/// shoots and the seed.</summary>
[Trait("Category", "Integration")]
public sealed class TwoInstancesTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly RecordingActuator garden = new();
    private readonly RecordingActuator seed = new();
    private readonly List<KubernetesClient> clients = [];
    private readonly List<Task> running = [];
    private InProcessApiServer server = null!;
    private KubernetesClient client = null!;

    private CancellationToken Token => deadline.Token;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(Token);
        client = server.Connect();
        await CustomKinds.InstallAsync(client, [typeof(DNSRecord), typeof(Cluster)], Token);
        await client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, Token);
        Start("garden", garden);
        Start("shoot,seed", seed);
    }

    public async Task DisposeAsync()
    {
        await deadline.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        clients.ForEach(opened => opened.Dispose());
        client.Dispose();
        await server.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task Each_object_is_touched_by_the_instance_of_its_class_only()
    {
        var waiter = new ExtensionWaiter(client, "test", TimeProvider.System);
        (string Name, string? Class)[] wanted =
            [.. Enumerable.Range(0, 8).SelectMany(i => new[] { ($"g{i}", "garden"), ($"s{i}", "seed"), ($"p{i}", "shoot"), ($"u{i}", null) })];

        var ready = await Task.WhenAll(wanted.Select(async item =>
        {
            var written = await waiter.DeployAsync(Record(item.Name, item.Class), GardenerOperations.Reconcile, Token);
            return await waiter.WaitAsync(written, ExtensionWaitTimes.DnsRecord, Token);
        }));
        foreach (var record in ready)
        {
            await waiter.DestroyAsync<DNSRecord>(record.Key, Token);
        }

        await Task.WhenAll(ready.Select(record => waiter.WaitGoneAsync<DNSRecord>(record.Key, ExtensionWaitTimes.DnsRecord, Token)));

        foreach (var record in ready)
        {
            var (owner, other) = record.Spec.Class == "garden" ? ("garden", "seed-shoot") : ("seed-shoot", "garden");
            var writers = record.Metadata.ManagedFields!.Select(entry => entry.Manager).ToArray();
            writers.ShouldContain(owner);
            writers.ShouldNotContain(other);
        }

        var ofTheGarden = wanted.Where(item => item.Class == "garden").Select(item => item.Name).ToArray();
        var others = wanted.Where(item => item.Class != "garden").Select(item => item.Name).ToArray();
        garden.Reconciled.Distinct().ShouldBe(ofTheGarden, ignoreOrder: true);
        garden.Deleted.Distinct().ShouldBe(ofTheGarden, ignoreOrder: true);
        seed.Reconciled.Distinct().ShouldBe(others, ignoreOrder: true);
        seed.Deleted.Distinct().ShouldBe(others, ignoreOrder: true);
    }

    [Fact]
    public async Task Objects_of_the_garden_have_no_cluster_even_if_one_has_the_name_of_their_namespace()
    {
        await client.CreateAsync(
            new Cluster
            {
                Metadata = new ObjectMeta { Name = "garden" },
                Spec = new ClusterSpec
                {
                    Shoot = System.Text.Json.JsonSerializer.SerializeToElement(KubernetesJson.ToNode(new Shoot
                    {
                        Metadata = new ObjectMeta { Name = "garden" },
                        Status = new ShootStatus { LastOperation = new LastOperation { State = "Failed", Type = "Create" } },
                    })),
                    CloudProfile = System.Text.Json.JsonSerializer.SerializeToElement(new Dictionary<string, string>()),
                },
            },
            Token);
        var waiter = new ExtensionWaiter(client, "test", TimeProvider.System);

        var written = await waiter.DeployAsync(Record("api", "garden"), GardenerOperations.Reconcile, Token);
        await waiter.WaitAsync(written, ExtensionWaitTimes.DnsRecord, Token);

        garden.Clusters.ShouldAllBe(cluster => cluster == null);
    }

    private static DNSRecord Record(string name, string? @class) => new()
    {
        Metadata = new ObjectMeta { Namespace = "garden", Name = name },
        Spec = new DNSRecordSpec
        {
            Type = "local",
            Class = @class,
            Name = name + ".example",
            RecordType = "A",
            Values = ["10.0.0.1"],
            SecretRef = new SecretReference { Name = "dns", Namespace = "garden" },
        },
    };

    private void Start(string classes, RecordingActuator actuator)
    {
        var served = ExtensionClasses.Parse(classes.Split(','));
        var instance = new KubernetesClient(
            new ClientConnection { Server = server.Address }, new ClientOptions { UserAgent = served.ToString().Replace(',', '-') });
        clients.Add(instance);
        var manager = TestManagers.NewManager(instance, TimeProvider.System);
        manager.AddExtension(new ExtensionController<DNSRecord>("dnsrecord", "local", actuator) { Classes = served }, TimeProvider.System);
        running.Add(manager.RunAsync(Token));
    }

    private sealed class RecordingActuator : IActuator<DNSRecord>
    {
        public ConcurrentQueue<string> Reconciled { get; } = new();

        public ConcurrentQueue<string> Deleted { get; } = new();

        public ConcurrentQueue<ExtensionCluster?> Clusters { get; } = new();

        public Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<DNSRecord> request, CancellationToken cancellationToken)
        {
            Reconciled.Enqueue(request.Object.Metadata.Name!);
            Clusters.Enqueue(request.Cluster);
            return Task.FromResult<DefaultStatus?>(null);
        }

        public Task DeleteAsync(ActuatorRequest<DNSRecord> request, CancellationToken cancellationToken)
        {
            Deleted.Enqueue(request.Object.Metadata.Name!);
            return Task.CompletedTask;
        }
    }
}
