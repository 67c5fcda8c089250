using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.Runtime;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;

namespace Hortus.ResourceManager.Tests;

[Trait("Category", "Integration")]
public sealed class ComponentTests
{
    [Fact]
    public async Task Of_two_instances_one_works_and_the_other_follows_when_it_ends()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        var (first, stopFirst) = Host(world);
        var lease = await world.Source.UntilAsync<Lease>(
            Key("gardener-resource-manager"), l => l?.Spec?.HolderIdentity is { Length: > 0 }, world.Token);
        var (second, stopSecond) = Host(world);
        await world.WriteAsync("test", Map("a"));
        await world.AppliedAsync("test");

        await stopFirst.CancelAsync();
        (await first).ShouldBe(ExitCode.Success);
        await world.WriteAsync("test", Map("b"));
        await world.AppliedAsync("test");

        var now = await world.Source.Client.GetAsync<Lease>(Key("gardener-resource-manager"), world.Token);
        now.Spec!.HolderIdentity.ShouldNotBe(lease!.Spec!.HolderIdentity);
        (await world.MapAsync("a")).ShouldBeNull();
        await stopSecond.CancelAsync();
        (await second).ShouldBe(ExitCode.Success);
        stopFirst.Dispose();
        stopSecond.Dispose();
    }

    private static (Task<int> Run, CancellationTokenSource Stop) Host(ResourceWorld world)
    {
        var options = new ResourceManagerOptions { Namespace = "default" };
        var stop = CancellationTokenSource.CreateLinkedTokenSource(world.Token);
        var hosting = ResourceManagerComponent.HostOptions(options) with { Client = world.Source.Client, HandleSignals = false };
        var run = ComponentHost.RunAsync(
            hosting, (context, token) => new ResourceManagerComponent().RunAsync(options, context, token), stop.Token);
        return (run, stop);
    }
}
