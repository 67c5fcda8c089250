using Hortus.Client;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Tests.World;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

[Trait("Category", "Integration")]
public sealed class StatusWriterTests
{
    [Fact]
    public async Task What_was_written_counts_until_the_cache_shows_it()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        var cached = await world.WriteAsync("one", ResourceWorld.Map("one"));
        var writer = new StatusWriter(world.Source.Client, TimeProvider.System);

        // Unhealthy for a moment: looked at with the older state, being healthy again would seem to be nothing new.
        cached = await WriteAsync(writer, cached, "True", world.Token);
        var unhealthy = await WriteAsync(writer, cached, "False", world.Token);
        var again = await WriteAsync(writer, writer.Latest(cached), "True", world.Token);

        ResourceWorld.Find(unhealthy, Names.Healthy)!.Status.ShouldBe("False");
        ResourceWorld.Find(again, Names.Healthy)!.Status.ShouldBe("True");
        writer.Latest(unhealthy).Metadata.ResourceVersion.ShouldBe(again.Metadata.ResourceVersion);
        writer.Latest(again).ShouldBeSameAs(again);
    }

    [Fact]
    public async Task What_was_written_to_one_that_is_gone_does_not_count_for_its_successor()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        var writer = new StatusWriter(world.Source.Client, TimeProvider.System);
        var first = await world.WriteAsync("one", ResourceWorld.Map("one"));
        await WriteAsync(writer, first, "True", world.Token);
        await world.Source.Client.DeleteAsync<ManagedResource>(first.Key, null, world.Token);

        var second = await world.WriteAsync("one", ResourceWorld.Map("one"));

        writer.Latest(second).ShouldBeSameAs(second);
    }

    private static Task<ManagedResource> WriteAsync(
        StatusWriter writer, ManagedResource resource, string healthy, CancellationToken cancellationToken) => writer.WriteAsync(
        resource, [StatusWriter.Condition(Names.Healthy, healthy, "Test", "")], status => status, cancellationToken);
}
