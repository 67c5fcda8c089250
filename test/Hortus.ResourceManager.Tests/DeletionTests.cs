using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Collection;
using Hortus.ResourceManager.Target;
using Hortus.ResourceManager.Tests.World;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

[Trait("Category", "Integration")]
public sealed class DeletionTests
{
    [Fact]
    public async Task Deleting_a_ManagedResource_deletes_its_objects_and_then_itself()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"), Map("b"));
        await world.AppliedAsync("test");

        await DeleteAsync(world, "test");

        (await world.MapAsync("a")).ShouldBeNull();
        (await world.MapAsync("b")).ShouldBeNull();
    }

    [Fact]
    public async Task Objects_that_are_to_be_kept_survive_their_ManagedResource()
    {
        await using var world = await ResourceWorld.StartAsync();
        var settings = new ManagedResourceSettings { Key = Key("test"), Spec = new ManagedResourceSpec { KeepObjects = true } };
        await world.WriteAsync(settings, Map("a"));
        await world.AppliedAsync("test");

        await DeleteAsync(world, "test");

        (await world.MapAsync("a")).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_object_that_is_held_is_waited_for_and_named()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"));
        await world.AppliedAsync("test");
        await SetFinalizersAsync(world, "example.org/held");

        await world.Source.Client.DeleteAsync<ManagedResource>(Key("test"), null, world.Token);
        var condition = await world.ConditionAsync("test", Names.Applied, Names.DeletionPending);
        condition.Status.ShouldBe("Progressing");
        condition.Message.ShouldBe(
            "deletion of old resource \"v1/ConfigMap/default/a\" is still pending, held by example.org/held");

        await SetFinalizersAsync(world);
        await world.Source.UntilAsync<ManagedResource>(Key("test"), r => r is null, world.Token);
    }

    [Fact]
    public async Task Finalizers_are_taken_off_after_the_time_that_the_object_names()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a", "v", (ResourceNames.FinalizeDeletionAfter, "0s")));
        await world.AppliedAsync("test");
        await SetFinalizersAsync(world, "example.org/held");

        await DeleteAsync(world, "test");

        (await world.MapAsync("a")).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_new_is_applied_while_something_old_is_still_there()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"));
        await world.AppliedAsync("test");
        await SetFinalizersAsync(world, "example.org/held");

        await world.WriteAsync("test", Map("b"));
        await world.ConditionAsync("test", Names.Applied, Names.DeletionPending);
        (await world.MapAsync("b")).ShouldBeNull();

        await SetFinalizersAsync(world);
        await world.AppliedAsync("test");
        (await world.MapAsync("b")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Workloads_go_before_what_they_use()
    {
        await using var world = await ResourceWorld.StartAsync();
        var user = new Lease { Metadata = new ObjectMeta { Namespace = "default", Name = "user", Finalizers = ["example.org/held"] } };
        await world.WriteAsync("test", Map("used"), user);
        await world.AppliedAsync("test");

        await world.Source.Client.DeleteAsync<ManagedResource>(Key("test"), null, world.Token);
        await world.ConditionAsync("test", Names.Applied, Names.DeletionPending, "Lease/default/user");
        (await world.MapAsync("used"))!.Metadata.DeletionTimestamp.ShouldBeNull();

        var body = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = null } };
        await world.Target.Client.PatchAsync<Lease>(Key("user"), Patch.Merge(body), world.Token);
        await world.Source.UntilAsync<ManagedResource>(Key("test"), r => r is null, world.Token);
        (await world.MapAsync("used")).ShouldBeNull();
    }

    [Fact]
    public async Task Unused_Secrets_of_former_content_are_collected_when_they_are_old_enough()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        foreach (var value in Enumerable.Range(1, 20))
        {
            await world.WriteAsync("test", Map("a", $"v{value}"));
        }

        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var manager = world.Target.NewManager(world.Seen);
        var collection = new ReferenceCollection(new TargetCluster(manager, "gardener", clock), clock, NullLogger.Instance);
        var secrets = await world.Source.Client.ListAsync<Secret>(ListOptions.In("default"), world.Token);
        clock.SetUtcNow(secrets.Items.Max(s => s.Metadata.CreationTimestamp!.Value) + TimeSpan.FromMinutes(11));

        (await collection.CollectAsync(world.Token)).ShouldBe(19);

        var left = await world.Source.Client.ListAsync<Secret>(ListOptions.In("default"), world.Token);
        var resource = await world.Source.Client.GetAsync<ManagedResource>(Key("test"), world.Token);
        left.Items.ShouldHaveSingleItem().Metadata.Name.ShouldBe(resource.Spec.SecretRefs.Single().Name);
    }

    [Fact]
    public async Task Secrets_that_a_deployed_workload_uses_are_not_collected()
    {
        await using var world = await ResourceWorld.StartAsync();
        var made = new Dictionary<string, string> { [ResourceNames.GarbageCollectable] = "true" };
        foreach (var name in new[] { "used", "unused" })
        {
            var meta = new ObjectMeta { Namespace = "default", Name = name, Labels = made };
            await world.Source.Client.CreateAsync(new Secret { Metadata = meta }, world.Token);
        }

        var workload = new ControllerWorkload(new ControllerValues
        {
            Namespace = "default",
            Name = "test",
            Image = "image",
            Args = [],
            Secrets = new Dictionary<string, string> { ["folder"] = "used" },
        });
        await world.WriteAsync("test", [.. workload.Render().Select(ReferenceAnnotations.Mark)]);
        await world.AppliedAsync("test");

        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(11));
        var manager = world.Target.NewManager(world.Seen);
        await new ReferenceCollection(new TargetCluster(manager, "gardener", clock), clock, NullLogger.Instance).CollectAsync(world.Token);

        (await world.Source.Client.FindAsync<Secret>(Key("used"), world.Token)).ShouldNotBeNull();
        (await world.Source.Client.FindAsync<Secret>(Key("unused"), world.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Young_ones_are_not_collected()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await world.WriteAsync("test", Map("a", "v"));
        await world.WriteAsync("test", Map("a", "w"));
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var manager = world.Target.NewManager(world.Seen);
        var collection = new ReferenceCollection(new TargetCluster(manager, "gardener", clock), clock, NullLogger.Instance);
        var secrets = await world.Source.Client.ListAsync<Secret>(ListOptions.In("default"), world.Token);
        clock.SetUtcNow(secrets.Items.Max(s => s.Metadata.CreationTimestamp!.Value) + TimeSpan.FromMinutes(9));

        (await collection.CollectAsync(world.Token)).ShouldBe(0);

        world.Seen.Deletions.ShouldBeEmpty();
    }

    private static async Task DeleteAsync(ResourceWorld world, string name)
    {
        await world.Source.Client.DeleteAsync<ManagedResource>(Key(name), null, world.Token);
        await world.Source.UntilAsync<ManagedResource>(Key(name), r => r is null, world.Token);
    }

    private static Task SetFinalizersAsync(ResourceWorld world, params string[] finalizers)
    {
        var list = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = list } };
        return world.Target.Client.PatchAsync<ConfigMap>(Key("a"), Patch.Merge(body), world.Token);
    }
}
