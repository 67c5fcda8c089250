using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;
using Hortus.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Gardenlet.Tests.Bootstrap;

[Trait("Category", "Integration")]
public sealed class KubeconfigRotationTests(SecureGarden garden) : IClassFixture<SecureGarden>, IAsyncLifetime
{
    private static readonly ObjectKey Own = new("garden", "gardenlet-kubeconfig");

    private readonly CancellationTokenSource stop = new();
    private InProcessApiServer? server;
    private KubernetesClient? cluster;
    private KubernetesClient? gardenlet;
    private GardenPass? pass;
    private Task running = Task.CompletedTask;

    private KubernetesClient Cluster => cluster!;

    private GardenPass Pass => pass!;

    public async Task InitializeAsync()
    {
        using var deadline = SecureGarden.Deadline();
        server = await InProcessApiServer.StartAsync(deadline.Token);
        cluster = server.Connect();
        await Cluster.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, deadline.Token);
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        gardenlet?.Dispose();
        cluster!.Dispose();
        await server!.DisposeAsync();
        stop.Dispose();
    }

    [Fact]
    public async Task A_certificate_that_is_near_its_end_is_renewed_and_the_gardenlet_goes_on_with_the_new_one()
    {
        using var deadline = SecureGarden.Deadline();
        var seed = await RegisterAsync(deadline.Token);

        // Certificates begin five minutes back, so most of the life of this one is over.
        await StartAsync(seed, seed, TimeSpan.FromSeconds(20), deadline.Token);
        var reported = await garden.Admin.UntilAsync<Seed>(
            ObjectKey.Cluster(seed),
            found => found?.Status?.ClientCertificateExpirationTimestamp > DateTimeOffset.UtcNow.AddHours(1),
            deadline.Token);

        Pass.Credentials.Validity!.Value.NotAfter.ShouldBe(reported!.Status!.ClientCertificateExpirationTimestamp!.Value);
        gardenlet!.Connection.ShouldBe(Pass.Credentials.Connection);
        KubeconfigSecrets.Parse(await Cluster.GetAsync<Secret>(Own, deadline.Token)).Connection.ShouldBe(gardenlet.Connection);
        (await gardenlet.FindAsync<Seed>(ObjectKey.Cluster(seed), deadline.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task It_is_renewed_when_the_secret_says_so()
    {
        using var deadline = SecureGarden.Deadline();
        var seed = await RegisterAsync(deadline.Token);
        var first = await StartAsync(seed, seed, TimeSpan.FromHours(10), deadline.Token);

        await AnnotateAsync<Secret>(Cluster, Own, "renew", deadline.Token);
        var renewed = await Cluster.UntilAsync<Secret>(
            Own,
            found => KubeconfigSecrets.Parse(found!).Connection != first.Connection
                && found!.Metadata.Annotation("gardener.cloud/operation") is null,
            deadline.Token);

        KubeconfigSecrets.Parse(renewed!).Validity!.Value.NotAfter.ShouldBeGreaterThan(first.Validity!.Value.NotAfter);
    }

    [Fact]
    public async Task It_is_renewed_when_the_seed_says_so()
    {
        using var deadline = SecureGarden.Deadline();
        var seed = await RegisterAsync(deadline.Token);
        var first = await StartAsync(seed, seed, TimeSpan.FromHours(10), deadline.Token);

        await AnnotateAsync<Seed>(garden.Admin, ObjectKey.Cluster(seed), "renew-kubeconfig", deadline.Token);
        await garden.Admin.UntilAsync<Seed>(
            ObjectKey.Cluster(seed), found => found?.Metadata.Annotation("gardener.cloud/operation") is null, deadline.Token);

        Pass.Credentials.Connection.ShouldNotBe(first.Connection);
    }

    [Fact]
    public async Task A_kubeconfig_that_somebody_else_stored_is_taken_over()
    {
        using var deadline = SecureGarden.Deadline();
        var seed = await RegisterAsync(deadline.Token);
        await StartAsync(seed, seed, TimeSpan.FromHours(10), deadline.Token);

        var other = await StoreAsync(seed, TimeSpan.FromHours(11), deadline.Token);
        await garden.Admin.UntilAsync<Seed>(
            ObjectKey.Cluster(seed),
            found => found?.Status?.ClientCertificateExpirationTimestamp == other.Validity!.Value.NotAfter,
            deadline.Token);

        gardenlet!.Connection.ShouldBe(other.Connection);
    }

    [Fact]
    public async Task A_refused_renewal_is_an_event_of_the_seed_and_the_gardenlet_goes_on()
    {
        using var deadline = SecureGarden.Deadline();
        var seed = await RegisterAsync(deadline.Token);

        // A gardenlet that asks to be another one is refused.
        var first = await StartAsync(seed, asks: garden.NewSeed(), TimeSpan.FromSeconds(20), deadline.Token);
        Event? told = null;
        await foreach (var change in garden.Admin.WatchAsync<Event>(new WatchOptions(), deadline.Token))
        {
            if (change.Object.Reason == KubeconfigReconciler.FailedReason && change.Object.InvolvedObject.Name == seed)
            {
                told = change.Object;
                break;
            }
        }

        told!.Message!.ShouldContain("gardenlet of another seed");
        gardenlet!.Connection.ShouldBe(first.Connection);
    }

    [Fact]
    public void The_moment_of_the_renewal_lies_between_the_two_shares()
    {
        var settings = new GardenAccessSettings { SeedName = "a", JitterMin = 70, JitterMax = 90 };
        var credentials = GardenCredentials.Parse(Yaml(garden.Gardenlet("a", TimeSpan.FromHours(10))));
        var life = credentials.Validity!.Value;

        var moments = Enumerable.Range(0, 50)
            .Select(i => new GardenPass(credentials, settings, new Random(i), _ => { }).RenewAt!.Value).ToArray();

        moments.ShouldAllBe(moment => moment >= life.At(0.7) && moment <= life.At(0.9));
        moments.Distinct().Count().ShouldBeGreaterThan(10);
    }

    private async Task<GardenCredentials> StartAsync(string seed, string asks, TimeSpan validity, CancellationToken cancellationToken)
    {
        var credentials = await StoreAsync(seed, validity, cancellationToken);
        gardenlet = SecureGarden.Connect(credentials.Connection);
        var access = new GardenAccessSettings { SeedName = asks };
        pass = new GardenPass(credentials, access, new Random(1), gardenlet.Reconnect);
        var surroundings = TestSurroundings.Of(
            TestManagers.NewManager(gardenlet, TimeProvider.System), TestManagers.NewManager(Cluster, TimeProvider.System)) with
        {
            GardenConnection = gardenlet.Connection,
            Access = access,
            Pass = pass,
            Shoots = new NoShoots(),
            SeedName = seed,
        };
        new KubeconfigReconciler(surroundings, access, pass, new SeedStatusWriter(surroundings)).AddTo(surroundings.Seed);
        running = Task.WhenAll(surroundings.Garden.RunAsync(stop.Token), surroundings.Seed.RunAsync(stop.Token));
        return credentials;
    }

    private async Task<string> RegisterAsync(CancellationToken cancellationToken)
    {
        var name = garden.NewSeed();
        await garden.Admin.CreateAsync(GardenWorld.SeedOf(name), cancellationToken);
        return name;
    }

    private async Task<GardenCredentials> StoreAsync(string seed, TimeSpan validity, CancellationToken cancellationToken)
    {
        var yaml = Yaml(garden.Gardenlet(seed, validity));
        await Cluster.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = Own.Namespace, Name = Own.Name },
                Data = new Dictionary<string, byte[]> { ["kubeconfig"] = Encoding.UTF8.GetBytes(yaml) },
            },
            "test",
            cancellationToken);
        return GardenCredentials.Parse(yaml);
    }

    private static string Yaml(ClientConnection connection) => GardenCredentials.Of(
        connection, new CertificateKeyPair(connection.ClientCertificatePem!, connection.ClientKeyPem!)).Yaml;

    private static Task AnnotateAsync<T>(IKubernetesClient client, ObjectKey key, string operation, CancellationToken cancellationToken)
        where T : KubernetesObject => client.PatchAsync<T>(
            key,
            Patch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [GardenerAnnotations.Operation] = operation } },
            }),
            cancellationToken);

    private sealed class NoShoots : IShootClients
    {
        public IKubernetesClient Connect(string technicalID, string kubeconfig) => throw new InvalidOperationException("no shoots here");

        public void Forget(string technicalID)
        {
        }
    }
}
