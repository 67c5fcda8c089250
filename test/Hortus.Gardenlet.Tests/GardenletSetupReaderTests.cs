using Hortus.Runtime;

namespace Hortus.Gardenlet.Tests;

public sealed class GardenletSetupReaderTests : IDisposable
{
    private const string Minimal = """
        apiVersion: gardenlet.config.gardener.cloud/v1alpha1
        kind: GardenletConfiguration
        gardenClientConnection:
          gardenClusterAddress: https://api.garden.example
          bootstrapKubeconfig: {namespace: garden, name: first}
          kubeconfigSecret: {namespace: garden, name: own}
          kubeconfigValidity: {validity: 24h, autoRotationJitterPercentageMin: 60, autoRotationJitterPercentageMax: 80}
        controllers:
          shoot: {concurrentSyncs: 7}
        resources:
          capacity: {shoots: 100}
          reserved: {shoots: 3}
        logLevel: debug
        server:
          healthProbes: {port: 3001}
          metrics: {port: 3002}
        seedConfig:
          metadata: {name: seed-1}
          spec:
            provider: {type: local, region: local}
            networks: {pods: 10.1.0.0/16, services: 10.2.0.0/16}
            ingress: {domain: ingress.example, controller: {kind: nginx}}
            dns: {provider: {type: local, secretRef: {namespace: garden, name: dns}}}

        """;

    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void A_configuration_says_how_to_get_in_and_what_to_register()
    {
        var setup = GardenletSetupReader.Read(Options(Minimal));

        setup.Seed.Metadata.Name.ShouldBe("seed-1");
        setup.Settings.ConcurrentShoots.ShouldBe(7);
        var access = setup.Access.ShouldNotBeNull();
        access.KubeconfigSecret.ToString().ShouldBe("garden/own");
        access.BootstrapSecret!.Value.ToString().ShouldBe("garden/first");
        access.Address.ShouldBe("https://api.garden.example");
        access.Validity.ShouldBe(TimeSpan.FromHours(24));
        (access.JitterMin, access.JitterMax).ShouldBe((60, 80));
        setup.Capacity.Capacity!["shoots"].Value.ShouldBe(100);
        setup.Capacity.Allocatable!["shoots"].Value.ShouldBe(97);
    }

    [Fact]
    public void A_bare_host_name_is_an_address_of_the_garden()
    {
        var setup = GardenletSetupReader.Read(Options(Minimal.Replace("https://api.garden", "api.garden", StringComparison.Ordinal)));

        setup.Access!.Address.ShouldBe("https://api.garden.example");
    }

    [Fact]
    public void A_configuration_says_how_to_host_it()
    {
        var hosting = GardenletSetupReader.Hosting(Options(Minimal));

        (hosting.HealthPort, hosting.MetricsPort).ShouldBe((3001, 3002));
        hosting.LeaderElection!.Name.ShouldBe("gardenlet-leader-election");
        hosting.LeaderElection.Namespace.ShouldBe("garden");
        hosting.Log.Verbosity.ShouldBeGreaterThan(0);
        hosting.Beside.ShouldNotBeNull("replicas that stand by check whether they could lead");
    }

    [Theory]
    [InlineData("kind: GardenletConfiguration", "kind: Other", "kind")]
    [InlineData("v1alpha1", "v1", "apiVersion")]
    [InlineData("concurrentSyncs: 7", "concurrentSync: 7", "controllers.shoot.concurrentSync")]
    [InlineData("name: seed-1", "labels: {a: b}", "seedConfig.metadata.name")]
    [InlineData("validity: 24h", "validity: 1m", "validity")]
    public void A_faulty_configuration_is_refused_with_the_place(string good, string bad, string place)
    {
        var options = Options(Minimal.Replace(good, bad, StringComparison.Ordinal));

        var fault = Should.Throw<SettingException>(() => GardenletSetupReader.Read(options));

        fault.Message.ShouldContain(file);
        fault.Message.ShouldContain(place);
    }

    private GardenletOptions Options(string text)
    {
        File.WriteAllText(file, text);
        return new GardenletOptions { Config = file };
    }
}
