using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
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
public sealed class BootstrapTests(SecureGarden garden) : IClassFixture<SecureGarden>, IAsyncLifetime
{
    private static readonly ObjectKey Own = new("garden", "gardenlet-kubeconfig");
    private static readonly ObjectKey Bootstrap = new("garden", "gardenlet-kubeconfig-bootstrap");

    private readonly List<KubernetesClient> opened = [];
    private InProcessApiServer? server;
    private KubernetesClient? seed;

    private KubernetesClient Cluster => seed!;

    public async Task InitializeAsync()
    {
        using var deadline = SecureGarden.Deadline();
        server = await InProcessApiServer.StartAsync(deadline.Token);
        seed = server.Connect();
        await Cluster.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, deadline.Token);
    }

    public async Task DisposeAsync()
    {
        opened.ForEach(client => client.Dispose());
        seed!.Dispose();
        await server!.DisposeAsync();
    }

    [Fact]
    public async Task A_bootstrap_token_becomes_a_certificate_and_is_forgotten()
    {
        using var deadline = SecureGarden.Deadline();
        var settings = NewSettings();
        var token = await StoreBootstrapAsync(settings, DateTimeOffset.MaxValue.AddYears(-1), deadline.Token);

        var credentials = await New(settings).EnsureAsync(deadline.Token);

        using var certificate = Pem.ReadCertificate(credentials.Connection.ClientCertificatePem!);
        certificate.Subject.ShouldContain("CN=gardener.cloud:system:seed:" + settings.SeedName);
        certificate.Subject.ShouldContain("O=gardener.cloud:system:seeds");
        var stored = await Cluster.GetAsync<Secret>(Own, deadline.Token);
        KubeconfigSecrets.Parse(stored).Connection.ShouldBe(credentials.Connection);
        (await Cluster.FindAsync<Secret>(Bootstrap, deadline.Token)).ShouldBeNull();
        (await garden.Admin.FindAsync<Secret>(new ObjectKey("kube-system", "bootstrap-token-" + token), deadline.Token)).ShouldBeNull();
        (await Connect(credentials.Connection).FindAsync<ConfigMap>(
            new ObjectKey("gardener-system-public", "gardener-info"), deadline.Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_gardenlet_that_has_a_certificate_needs_no_other_and_forgets_what_was_left_of_its_bootstrap()
    {
        using var deadline = SecureGarden.Deadline();
        var settings = NewSettings();
        var token = await StoreBootstrapAsync(settings, DateTimeOffset.MaxValue.AddYears(-1), deadline.Token);
        var first = await New(settings).EnsureAsync(deadline.Token);
        await StoreAsync(Bootstrap, KubeConfig.ForToken(
            "garden", garden.Connection.Server.AbsoluteUri, garden.Serving.CertificatePem, $"{token}.{SecureGarden.TokenSecret}").ToYaml(),
            deadline.Token);

        var again = await New(settings).EnsureAsync(deadline.Token);

        again.Connection.ShouldBe(first.Connection);
        (await Cluster.FindAsync<Secret>(Bootstrap, deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task An_expired_token_is_told_in_words_until_there_is_a_good_one()
    {
        using var deadline = SecureGarden.Deadline();
        var clock = new SkippingTime();
        var settings = NewSettings();
        await StoreBootstrapAsync(settings, DateTimeOffset.UnixEpoch, deadline.Token);
        var bootstrap = New(settings, clock);

        var running = bootstrap.EnsureAsync(deadline.Token);
        var told = await Cluster.UntilAsync<Secret>(
            Bootstrap, found => found?.Metadata.Annotation(GardenletNames.BootstrapFault) is not null, deadline.Token);
        var fault = bootstrap.Fault;
        await Cluster.DeleteAsync<Secret>(Bootstrap, null, deadline.Token);
        await StoreBootstrapAsync(settings, DateTimeOffset.MaxValue.AddYears(-1), deadline.Token);
        await running;

        told!.Metadata.Annotation(GardenletNames.BootstrapFault)!.ShouldContain("401 Unauthorized");
        told.Metadata.Annotation(GardenletNames.BootstrapFault)!.ShouldContain("expired");
        fault!.ShouldContain("401");
        bootstrap.Fault.ShouldBeNull();
    }

    [Fact]
    public async Task Without_any_kubeconfig_the_message_says_what_to_do()
    {
        using var deadline = SecureGarden.Deadline();

        var fault = await Should.ThrowAsync<GardenAccessException>(
            New(NewSettings(), new SkippingTime()).EnsureAsync(deadline.Token));

        fault.Message.ShouldContain("neither Secret garden/gardenlet-kubeconfig");
        fault.Message.ShouldContain("force-redeploy");
    }

    [Theory]
    [InlineData(null, "has no key kubeconfig")]
    [InlineData("clusters: [", "Secret garden/gardenlet-kubeconfig")]
    [InlineData("clusters: []", "Secret garden/gardenlet-kubeconfig")]
    public async Task A_kubeconfig_that_is_none_is_named_and_replaced_as_soon_as_there_is_a_token(string? text, string why)
    {
        using var deadline = SecureGarden.Deadline();
        var settings = NewSettings();
        await StoreAsync(Own, text, deadline.Token);
        var bootstrap = New(settings, new SkippingTime());

        (await Should.ThrowAsync<GardenAccessException>(bootstrap.EnsureAsync(deadline.Token))).Message.ShouldContain(why);
        await StoreBootstrapAsync(settings, DateTimeOffset.MaxValue.AddYears(-1), deadline.Token);

        (await New(settings).EnsureAsync(deadline.Token)).Validity!.Value.IsExpired(TimeProvider.System).ShouldBeFalse();
    }

    [Fact]
    public async Task A_broken_Secret_to_bootstrap_with_matters_only_to_those_who_need_it()
    {
        using var deadline = SecureGarden.Deadline();
        var settings = NewSettings();
        await StoreAsync(Bootstrap, "clusters: [", deadline.Token);

        var fault = await Should.ThrowAsync<GardenAccessException>(New(settings, new SkippingTime()).EnsureAsync(deadline.Token));
        await StoreOwnAsync(settings.SeedName, TimeSpan.FromHours(1), deadline.Token);
        await New(settings).EnsureAsync(deadline.Token);

        fault.Message.ShouldContain("Secret garden/gardenlet-kubeconfig-bootstrap");
    }

    [Fact]
    public async Task A_seed_whose_name_another_cluster_has_is_left_to_that()
    {
        using var deadline = SecureGarden.Deadline();
        var name = garden.NewSeed();
        var there = await garden.Admin.CreateAsync(GardenWorld.SeedOf(name), deadline.Token);
        var status = new JsonObject { ["status"] = new JsonObject { ["clusterIdentity"] = $"another-{name}" } };
        await garden.Admin.PatchAsync<Seed>(there.Key, Patch.Merge(status) with { Subresource = "status" }, deadline.Token);
        var system = await Cluster.GetAsync<Namespace>(ObjectKey.Cluster("kube-system"), deadline.Token);
        var mine = GardenWorld.SeedOf(name) with { Metadata = new ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["a"] = "b" } } };

        var fault = await Should.ThrowAsync<SettingException>(
            SeedRegistration.EnsureAsync(garden.Admin, Cluster, mine, deadline.Token));

        fault.Message.ShouldContain($"Seed {name} is another cluster");
        fault.Message.ShouldContain($"another-{name}");
        fault.Message.ShouldContain($"{system.Metadata.Uid}-{name}");
        (await garden.Admin.GetAsync<Seed>(there.Key, deadline.Token)).Metadata.Label("a").ShouldBeNull();
    }

    [Fact]
    public async Task An_expired_certificate_is_replaced_with_what_the_operator_left()
    {
        using var deadline = SecureGarden.Deadline();
        var settings = NewSettings();
        await StoreOwnAsync(settings.SeedName, TimeSpan.FromMinutes(-1), deadline.Token);
        await StoreBootstrapAsync(settings, DateTimeOffset.MaxValue.AddYears(-1), deadline.Token);

        var credentials = await New(settings).EnsureAsync(deadline.Token);

        credentials.Validity!.Value.IsExpired(TimeProvider.System).ShouldBeFalse();
    }

    [Fact]
    public async Task A_rotated_authority_of_the_garden_is_taken_over()
    {
        using var deadline = SecureGarden.Deadline();
        var settings = NewSettings();
        var former = CertificateAuthority.Create("former", TimeSpan.FromDays(1), TimeProvider.System);
        var own = garden.Gardenlet(settings.SeedName, TimeSpan.FromHours(1));
        var both = Pem.Bundle(former.CertificatePem, garden.Serving.CertificatePem);
        await StoreAsync(Own, Yaml(own with { CertificateAuthorityPem = both }), deadline.Token);
        await PublishAsync(garden.Serving.CertificatePem, deadline.Token);

        var credentials = await New(settings).EnsureAsync(deadline.Token);

        credentials.Connection.CertificateAuthorityPem!.Trim().ShouldBe(garden.Serving.CertificatePem.Trim());
        KubeconfigSecrets.Parse(await Cluster.GetAsync<Secret>(Own, deadline.Token)).Connection.ShouldBe(credentials.Connection);
    }

    [Fact]
    public async Task An_authority_by_which_the_garden_is_not_reached_is_left()
    {
        using var deadline = SecureGarden.Deadline();
        var settings = NewSettings();
        var other = CertificateAuthority.Create("inner", TimeSpan.FromDays(1), TimeProvider.System);
        await StoreOwnAsync(settings.SeedName, TimeSpan.FromHours(1), deadline.Token);
        await PublishAsync(other.CertificatePem, deadline.Token);

        var credentials = await New(settings).EnsureAsync(deadline.Token);

        credentials.Connection.CertificateAuthorityPem.ShouldBe(garden.Serving.CertificatePem);
    }

    [Theory]
    [InlineData("v0.1.0", null)]
    [InlineData("v0.2.0", "newer")]
    public async Task A_gardenlet_checks_that_it_fits_the_garden(string version, string? fault)
    {
        using var deadline = SecureGarden.Deadline();
        var client = Connect(garden.Gardenlet(garden.NewSeed(), TimeSpan.FromHours(1)));

        var checking = GardenVersion.CheckAsync(client, version, deadline.Token);

        if (fault is null)
        {
            await checking;
        }
        else
        {
            (await Should.ThrowAsync<SettingException>(checking)).Message.ShouldContain(fault);
        }
    }

    private GardenAccessSettings NewSettings() => new() { SeedName = garden.NewSeed(), BootstrapSecret = Bootstrap };

    private GardenBootstrap New(GardenAccessSettings settings, TimeProvider? clock = null) =>
        new(new KubeconfigSecrets(Cluster, settings), settings, Connect, clock ?? TimeProvider.System, NullLoggerFactory.Instance);

    private KubernetesClient Connect(ClientConnection connection)
    {
        opened.Add(SecureGarden.Connect(connection));
        return opened[^1];
    }

    private async Task<string> StoreBootstrapAsync(
        GardenAccessSettings settings, DateTimeOffset expiration, CancellationToken cancellationToken)
    {
        var id = await garden.CreateTokenAsync(settings.SeedName, expiration, cancellationToken);
        var config = KubeConfig.ForToken(
            "garden", garden.Connection.Server.AbsoluteUri, garden.Serving.CertificatePem, $"{id}.{SecureGarden.TokenSecret}");
        await StoreAsync(Bootstrap, config.ToYaml(), cancellationToken);
        return id;
    }

    private Task StoreOwnAsync(string name, TimeSpan validity, CancellationToken cancellationToken) =>
        StoreAsync(Own, Yaml(garden.Gardenlet(name, validity)), cancellationToken);

    private static string Yaml(ClientConnection connection) => KubeConfig.ForClientCertificate(
        "garden", connection.Server.AbsoluteUri, connection.CertificateAuthorityPem, connection.ClientCertificatePem!, connection.ClientKeyPem!)
        .ToYaml();

    private Task StoreAsync(ObjectKey key, string? kubeconfig, CancellationToken cancellationToken) => Cluster.CreateAsync(
        new Secret
        {
            Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
            Data = kubeconfig is null ? null : new Dictionary<string, byte[]> { ["kubeconfig"] = Encoding.UTF8.GetBytes(kubeconfig) },
        },
        cancellationToken);

    private Task PublishAsync(string authority, CancellationToken cancellationToken) => garden.Admin.ApplyAsync(
        new ConfigMap
        {
            Metadata = new ObjectMeta { Namespace = "gardener-system-public", Name = "kube-root-ca.crt" },
            Data = new Dictionary<string, string> { ["ca.crt"] = authority },
        },
        "test",
        cancellationToken);
}
