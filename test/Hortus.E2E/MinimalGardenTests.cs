using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>The smallest garden: a Shoot, and nothing that it can do without.</summary>
[Trait("Category", "EndToEnd")]
[Collection("local garden")]
public sealed class MinimalGardenTests
{
    [Fact]
    public async Task A_minimal_garden_makes_a_shoot_and_stays_minimal()
    {
        await using var garden = new LocalGarden();
        (await garden.UpAsync("--minimal")).Succeeded();
        (await garden.KubectlAsync("apply", "-f", BuiltTools.Example("90-shoot.yaml"))).Succeeded();
        (await garden.WaitForShootAsync("local")).Succeeded();

        (await garden.UpAsync()).Succeeded();

        (await garden.RuntimeKubectlAsync("get", "backupbuckets.extensions.gardener.cloud,backupentries.extensions.gardener.cloud", "-A", "-o", "name")).Succeeded().ShouldBe("");
        (await garden.RuntimeKubectlAsync("get", "dnsrecords.extensions.gardener.cloud", "-n", "garden", "-o", "name")).Succeeded().ShouldBe("");
        (await garden.RuntimeKubectlAsync("get", "deployments", "-A", "-o", "name")).Succeeded().ShouldNotContain("admission");
        (await garden.RuntimeKubectlAsync("get", "deployments", "-A", "-o", "name")).Succeeded()
            .Split('\n').Count(name => name.Contains("provider-local", StringComparison.Ordinal)).ShouldBe(1);
        var doubled = await garden.UpAsync("--ha");
        doubled.ExitCode.ShouldBe(1);
        doubled.Error.ShouldContain("--ha: the garden is minimal");
    }
}
