using System.Text.Json;
using Hortus.Objects.Gardener.GardenletConfig;

namespace Hortus.Objects.Tests.Gardener;

public sealed class GardenletConfigurationReaderTests
{
    private const string Head = "apiVersion: gardenlet.config.gardener.cloud/v1alpha1\nkind: GardenletConfiguration\n";

    [Fact]
    public void A_file_is_read_with_all_its_parts()
    {
        var configuration = GardenletConfigurationReader.ReadFile(Head + """
            gardenClientConnection:
              gardenClusterAddress: https://api.garden.example.org
              bootstrapKubeconfig: { namespace: garden, name: gardenlet-kubeconfig-bootstrap }
              kubeconfigSecret: { namespace: garden, name: gardenlet-kubeconfig }
              kubeconfigValidity: { validity: 24h, autoRotationJitterPercentageMin: 60 }
            controllers:
              tokenRequestor: { concurrentSyncs: 7 }
              shoot: { dnsEntryTTLSeconds: 60 }
            seedConfig:
              metadata: { name: local, labels: { a: b } }
              spec: { provider: { type: local, region: here } }
            """);

        configuration.GardenClientConnection!.KubeconfigSecret!.Name.ShouldBe("gardenlet-kubeconfig");
        configuration.GardenClientConnection.KubeconfigValidity!.Validity.ShouldBe("24h");
        configuration.Controllers!.TokenRequestorServiceAccount!.ConcurrentSyncs.ShouldBe(7);
        configuration.Controllers.Shoot!.DNSEntryTTLSeconds.ShouldBe(60);
        configuration.SeedConfig!.Metadata.Name.ShouldBe("local");
        configuration.SeedConfig.Spec.Provider.Region.ShouldBe("here");
    }

    [Theory]
    [InlineData("kind: GardenletConfiguration", "apiVersion: Required value: must be gardenlet.config.gardener.cloud/v1alpha1")]
    [InlineData(
        "apiVersion: gardenlet.config.gardener.cloud/v1\nkind: GardenletConfiguration",
        "apiVersion: Unsupported value: \"gardenlet.config.gardener.cloud/v1\": supported values: \"gardenlet.config.gardener.cloud/v1alpha1\"")]
    [InlineData(
        "apiVersion: gardenlet.config.gardener.cloud/v1alpha1\nkind: Seed",
        "kind: Unsupported value: \"Seed\": supported values: \"GardenletConfiguration\"")]
    [InlineData(Head + "controllers: {shoot: {syncPerod: 1h}}", "controllers.shoot.syncPerod: Forbidden: unknown field")]
    [InlineData(
        Head + "exposureClassHandlers: [{name: a, loadBalancerService: {klass: b}}]",
        "exposureClassHandlers[0].loadBalancerService.klass: Forbidden: unknown field")]
    [InlineData(Head + "seedConfig: {spec: {providers: {}}}", "seedConfig.spec.providers: Forbidden: unknown field")]
    [InlineData(
        Head + "controllers: {shoot: {concurrentSyncs: many}}",
        "controllers.shoot.concurrentSyncs: Invalid value: \"many\": want a 32-bit integer")]
    [InlineData(
        Head + "controllers: {shoot: {retryDuration: 1d}}",
        "controllers.shoot.retryDuration: Invalid value: \"1d\": must be a duration such as 30s, 5m or 1h30m")]
    public void What_is_wrong_is_said_with_its_path(string text, string message) =>
        Should.Throw<GardenletConfigurationException>(() => GardenletConfigurationReader.ReadFile(text)).Message.ShouldBe(message);

    [Fact]
    public void A_key_that_is_there_twice_is_refused_with_its_line() =>
        Should.Throw<GardenletConfigurationException>(() => GardenletConfigurationReader.ReadFile(Head + "logLevel: info\nlogLevel: debug"))
            .Message.ShouldContain("line 4");

    [Fact]
    public void Faults_inside_an_object_carry_the_path_of_the_field()
    {
        var errors = new FieldErrors();
        var config = JsonDocument.Parse("""
            {"apiVersion":"gardenlet.config.gardener.cloud/v1alpha1","kind":"GardenletConfiguration","resources":{"capacitty":{}}}
            """).RootElement;

        GardenletConfigurationReader.Read(config, FieldPath.Root["spec"]["config"], errors).ShouldBeNull();

        errors.All.Select(e => e.ToString()).ShouldBe(["spec.config.resources.capacitty: Forbidden: unknown field"]);
    }

    [Fact]
    public void An_absent_field_is_an_empty_configuration() =>
        GardenletConfigurationReader.Read(null).ShouldBe(new GardenletConfiguration());

    [Fact]
    public void Defaults_fill_what_is_left_out_and_keep_what_is_there()
    {
        var configuration = GardenletConfigurationDefaults.Complete(GardenletConfigurationReader.ReadFile(
            Head + "controllers: {shoot: {syncPeriod: 5m}}\nserver: {metrics: {port: 1}}"));

        configuration.Controllers!.Shoot!.SyncPeriod.ShouldBe("5m");
        configuration.Controllers.Shoot.ConcurrentSyncs.ShouldBe(20);
        configuration.Controllers.Seed!.LeaseResyncSeconds.ShouldBe(2);
        configuration.LeaderElection!.ResourceName.ShouldBe("gardenlet-leader-election");
        configuration.Server!.HealthProbes!.Port.ShouldBe(2728);
        configuration.Server.Metrics!.Port.ShouldBe(1);
        configuration.GardenClientConnection!.Qps.ShouldBe(50);
        configuration.GardenClientConnection.KubeconfigValidity!.AutoRotationJitterPercentageMax.ShouldBe(90);
    }
}
