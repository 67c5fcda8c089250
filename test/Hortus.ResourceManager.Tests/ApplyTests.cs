using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.Testing.Scripted;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

[Trait("Category", "Integration")]
public sealed class ApplyTests
{
    [Fact]
    public async Task Objects_are_applied_marked_and_reported()
    {
        await using var world = await ResourceWorld.StartAsync();
        var space = new Namespace { Metadata = new ObjectMeta { Name = "made" } };
        var inside = Map("inside") with { Metadata = new ObjectMeta { Namespace = "made", Name = "inside" } };
        await world.WriteAsync("test", inside, space, Map("a"));

        var resource = await world.UntilAsync("test", r => Find(r, Names.Healthy)?.Reason == Names.ResourcesHealthy);

        Find(resource, Names.Applied)!.Status.ShouldBe("True");
        Find(resource, Names.Progressing)!.Status.ShouldBe("False");
        resource.Metadata.Finalizers.ShouldBe(["resources.gardener.cloud/gardener-resource-manager"]);
        resource.Status!.Resources!.Select(r => $"{r.Kind} {r.Namespace}/{r.Name}").ShouldBe(
            ["ConfigMap default/a", "ConfigMap made/inside", "Namespace /made"]);
        var map = await world.MapAsync("a");
        map!.Metadata.Annotation(ResourceNames.Origin).ShouldBe("default/test");
        map.Metadata.Annotation(ResourceNames.Description).ShouldNotBeNull();
        map.Metadata.Label(ResourceNames.ManagedBy).ShouldBe("gardener");
    }

    [Fact]
    public async Task A_change_of_an_object_by_others_is_undone_and_a_deleted_one_comes_back()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"), Map("b"));
        await world.AppliedAsync("test");

        await world.Target.Client.PatchAsync<ConfigMap>(
            Key("a"), Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["key"] = "other", ["more"] = "x" } }), world.Token);
        var repaired = await world.Target.UntilAsync<ConfigMap>(Key("a"), m => m!.Data!["key"] == "v", world.Token);
        repaired!.Data!.Count.ShouldBe(1);

        await world.Target.Client.DeleteAsync<ConfigMap>(Key("b"), null, world.Token);
        await world.Target.UntilAsync<ConfigMap>(Key("b"), m => m is not null, world.Token);
    }

    [Fact]
    public async Task An_object_that_lost_its_label_and_origin_is_still_repaired()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"));
        await world.AppliedAsync("test");

        var metadata = new JsonObject
        {
            ["labels"] = new JsonObject { [ResourceNames.ManagedBy] = null },
            ["annotations"] = new JsonObject { [ResourceNames.Origin] = null },
        };
        await world.Target.Client.PatchAsync<ConfigMap>(
            Key("a"), Patch.Merge(new JsonObject { ["metadata"] = metadata, ["data"] = new JsonObject { ["key"] = "other" } }), world.Token);

        await world.Target.UntilAsync<ConfigMap>(
            Key("a"), m => m!.Data!["key"] == "v" && m.Metadata.Label(ResourceNames.ManagedBy) == "gardener", world.Token);
    }

    [Fact]
    public async Task New_content_updates_creates_and_prunes()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"), Map("b"));
        await world.AppliedAsync("test");

        await world.WriteAsync("test", Map("a", "w"), Map("c"));
        var resource = await world.AppliedAsync("test");

        resource.Status!.Resources!.Select(r => r.Name).ShouldBe(["a", "c"]);
        (await world.MapAsync("a"))!.Data!["key"].ShouldBe("w");
        (await world.MapAsync("b")).ShouldBeNull();
        (await world.MapAsync("c")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_Secret_that_is_changed_in_place_is_applied_again()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteRawAsync("test", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {key: v}\n");
        await world.AppliedAsync("test");

        await world.WriteRawAsync("test", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {key: w}\n");

        await world.Target.UntilAsync<ConfigMap>(Key("a"), m => m!.Data!["key"] == "w", world.Token);
    }

    [Fact]
    public async Task Objects_that_are_to_be_kept_stay_when_they_are_dropped_and_others_go()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("kept", "v", (ResourceNames.KeepObject, "true")), Map("gone"), Map("stays"));
        await world.AppliedAsync("test");

        await world.WriteAsync("test", Map("stays"));
        await world.AppliedAsync("test");

        (await world.MapAsync("kept")).ShouldNotBeNull();
        (await world.MapAsync("gone")).ShouldBeNull();
    }

    [Fact]
    public async Task An_object_in_mode_Ignore_is_released_and_another_ManagedResource_takes_it_over()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("old", Map("a"));
        await world.AppliedAsync("old");

        await world.WriteAsync("old", Map("a", "v", (ResourceNames.Mode, ResourceNames.ModeIgnore)));
        var released = await world.AppliedAsync("old");
        (await world.MapAsync("a"))!.Metadata.Annotation(ResourceNames.Origin).ShouldBeNull();
        released.Status!.Resources.ShouldBeEmpty();
        await world.WriteAsync("new", Map("a", "w"));
        await world.AppliedAsync("new");
        await world.Source.Client.DeleteAsync<ManagedResource>(Key("old"), null, world.Token);
        await world.Source.UntilAsync<ManagedResource>(Key("old"), r => r is null, world.Token);

        var map = await world.MapAsync("a");
        map!.Metadata.Annotation(ResourceNames.Origin).ShouldBe("default/new");
        map.Data!["key"].ShouldBe("w");
    }

    [Fact]
    public async Task An_ignored_object_is_created_once_and_then_left_to_others()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a", "v", (ResourceNames.Ignore, "true")));
        await world.AppliedAsync("test");
        await world.Target.Client.PatchAsync<ConfigMap>(
            Key("a"), Patch.Merge(new JsonObject { ["data"] = new JsonObject { ["key"] = "theirs" } }), world.Token);

        await world.WriteAsync("test", Map("a", "w", (ResourceNames.Ignore, "true")), Map("b"));
        await world.AppliedAsync("test");

        (await world.MapAsync("a"))!.Data!["key"].ShouldBe("theirs");
        (await world.MapAsync("a"))!.Metadata.Annotation(ResourceNames.Description).ShouldBeNull();
    }

    [Fact]
    public async Task An_ignored_ManagedResource_is_left_alone_until_it_is_no_longer()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        var resource = await world.WriteAsync("test", Map("a"));
        await SetIgnoredAsync(world, "true");
        world.Run(new ResourceManagerOptions());
        await world.ConditionAsync("test", Names.Applied, Names.Ignored);
        (await world.MapAsync("a")).ShouldBeNull();

        await SetIgnoredAsync(world, null);

        await world.Target.UntilAsync<ConfigMap>(Key("a"), m => m is not null, world.Token);
        resource.Spec.SecretRefs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Injected_labels_come_and_go_and_labels_of_users_stay()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync(WithLabels(("one", "1"), ("two", "2")), Map("a"));
        await world.AppliedAsync("test");
        var labels = new JsonObject { ["theirs"] = "x" };
        await world.Target.Client.PatchAsync<ConfigMap>(
            Key("a"), Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }), world.Token);

        await world.WriteAsync(WithLabels(("two", "2")), Map("a"));
        await world.AppliedAsync("test");

        (await world.MapAsync("a"))!.Metadata.Labels!.Keys.Order().ShouldBe(["resources.gardener.cloud/managed-by", "theirs", "two"]);
    }

    [Fact]
    public async Task A_definition_and_an_object_of_its_kind_are_applied_in_one_go()
    {
        await using var world = await ResourceWorld.StartAsync();
        const string definition = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: flowers.garden.example}
            spec:
              group: garden.example
              names: {kind: Flower, plural: flowers}
              scope: Cluster
              versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
            ---
            apiVersion: garden.example/v1
            kind: Flower
            metadata: {name: rose}
            spec: {color: red}
            """;
        await world.WriteRawAsync("test", definition);

        var resource = await world.AppliedAsync("test");

        resource.Status!.Resources!.Single(r => r.Kind == "Flower").Namespace.ShouldBeNull();
        var flower = await world.Target.Client.Dynamic.FindAsync(
            new ResourceKind { Group = "garden.example", Version = "v1", Kind = "Flower", Plural = "flowers", Namespaced = false },
            ObjectKey.Cluster("rose"),
            world.Token);
        $"{flower!["spec"]!["color"]}".ShouldBe("red");
    }

    [Fact]
    public async Task Objects_go_to_the_target_cluster_and_not_to_the_source()
    {
        await using var world = await ResourceWorld.StartAsync(new ResourceManagerOptions { ClusterId = "source-1" }, isSplit: true);
        await world.WriteAsync("test", Map("a"));
        await world.AppliedAsync("test");

        (await world.MapAsync("a"))!.Metadata.Annotation(ResourceNames.Origin).ShouldBe("source-1:default/test");
        (await world.Source.Client.FindAsync<ConfigMap>(Key("a"), world.Token)).ShouldBeNull();

        await world.Target.Client.DeleteAsync<ConfigMap>(Key("a"), null, world.Token);
        await world.Target.UntilAsync<ConfigMap>(Key("a"), m => m is not null, world.Token);
    }

    [Fact]
    public async Task Other_classes_are_left_alone()
    {
        await using var world = await ResourceWorld.StartAsync(new ResourceManagerOptions { ResourceClass = "seed" });
        await world.WriteAsync("other", Map("other"));
        await world.WriteAsync(OfClass("mine", "seed"), Map("mine"));

        var resource = await world.AppliedAsync("mine");

        resource.Metadata.Finalizers.ShouldBe(["resources.gardener.cloud/gardener-resource-manager-seed"]);
        (await world.MapAsync("other")).ShouldBeNull();
    }

    [Fact]
    public async Task A_change_of_class_hands_the_objects_over()
    {
        await using var world = await ResourceWorld.StartAsync(new ResourceManagerOptions { ResourceClass = "one" });
        world.Run(new ResourceManagerOptions { ResourceClass = "two" }, new CountingHandler());
        await world.WriteAsync(OfClass("test", "one"), Map("a"));
        await world.AppliedAsync("test");
        var before = (await world.MapAsync("a"))!.Metadata.Uid;

        await world.WriteAsync(OfClass("test", "two"), Map("a"));
        var resource = await world.UntilAsync(
            "test",
            r => Find(r, Names.Applied)?.Status == "True" && r.Metadata.Finalizers is [var only] && only.EndsWith("-two", StringComparison.Ordinal));

        resource.Status!.Resources!.Count.ShouldBe(1);
        (await world.MapAsync("a"))!.Metadata.Uid.ShouldNotBe(before);
    }

    [Fact]
    public async Task A_change_of_class_moves_the_objects_to_the_target_of_the_other_class_only_when_the_first_is_rid_of_them()
    {
        await using var world = await ResourceWorld.StartAsync(new ResourceManagerOptions { ResourceClass = "one" });
        await using var other = await Cluster.StartAsync(world.Token, withResources: false);
        var seen = new CountingHandler();
        world.Run(new ResourceManagerOptions { ResourceClass = "two" }, other, seen);
        await world.WriteAsync(OfClass("test", "one"), Map("a"));
        await world.AppliedAsync("test");
        await SetFinalizersAsync(world, "a", "tests/held");

        await world.WriteAsync(OfClass("test", "two"), Map("a"));

        await world.ConditionAsync("test", Names.Applied, "DeletionPending");
        seen.Writes.ShouldBeEmpty();
        await SetFinalizersAsync(world, "a");
        await other.UntilAsync<ConfigMap>(Key("a"), map => map is not null, world.Token);
        (await world.MapAsync("a")).ShouldBeNull();
    }

    private static Task SetFinalizersAsync(ResourceWorld world, string map, params string[] finalizers)
    {
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]) },
        };
        return world.Target.Client.PatchAsync<ConfigMap>(Key(map), Patch.Merge(body), world.Token);
    }

    private static ManagedResourceSettings WithLabels(params (string Key, string Value)[] labels) => new()
    {
        Key = Key("test"),
        Spec = new ManagedResourceSpec { InjectLabels = labels.ToDictionary(l => l.Key, l => l.Value) },
    };

    private static ManagedResourceSettings OfClass(string name, string named) =>
        new() { Key = Key(name), Spec = new ManagedResourceSpec { Class = named } };

    private static Task SetIgnoredAsync(ResourceWorld world, string? value)
    {
        var annotations = new JsonObject { [ResourceNames.Ignore] = value };
        var body = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        return world.Source.Client.PatchAsync<ManagedResource>(Key("test"), Patch.Merge(body), world.Token);
    }
}
