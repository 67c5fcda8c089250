using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.Runtime;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;

namespace Hortus.ResourceManager.Tests;

/// <summary>What is written into objects as the name of the source cluster.</summary>
[Trait("Category", "Integration")]
public sealed class ClusterIdentityTests
{
    [Theory]
    [InlineData("<cluster>", "landscape", "landscape")]
    [InlineData("<default>", "landscape", "landscape")]
    [InlineData("<default>", null, null)]
    [InlineData("mine", "landscape", "mine")]
    [InlineData(null, "landscape", null)]
    public async Task A_setting_may_stand_for_what_the_cluster_says(string? setting, string? inCluster, string? expected)
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await NameAsync(world, "cluster-identity", inCluster);

        (await ClusterIdentity.ResolveAsync(world.Source.Client, setting, world.Token)).ShouldBe(expected);
    }

    [Theory]
    [InlineData(false, "does not exist")]
    [InlineData(true, "has no such key")]
    public async Task A_cluster_without_a_name_stops_a_manager_that_needs_one(bool hasMap, string why)
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await NameAsync(world, "other", hasMap ? "x" : null);

        var fault = await Should.ThrowAsync<SettingException>(
            ClusterIdentity.ResolveAsync(world.Source.Client, "<cluster>", world.Token));

        fault.Message.ShouldContain("kube-system/cluster-identity");
        fault.Message.ShouldContain(why);
    }

    [Fact]
    public async Task Objects_carry_the_name_that_the_cluster_has()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await NameAsync(world, "cluster-identity", "landscape");
        world.Run(new ResourceManagerOptions { ClusterId = "<cluster>" });

        await world.WriteAsync("test", Map("a"));
        await world.AppliedAsync("test");

        (await world.MapAsync("a"))!.Metadata.Annotation(ResourceNames.Origin).ShouldBe("landscape:default/test");
    }

    private static async Task NameAsync(ResourceWorld world, string key, string? name)
    {
        if (name is not null)
        {
            await world.Source.Client.CreateAsync(
                new ConfigMap
                {
                    Metadata = new ObjectMeta { Namespace = "kube-system", Name = "cluster-identity" },
                    Data = new Dictionary<string, string> { [key] = name },
                },
                world.Token);
        }
    }
}
