using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.ResourceManager.Tests;

/// <summary>What a ManagedResource, or an object in it, may ask for.</summary>
[Trait("Category", "Integration")]
public sealed class SettingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claims_of_a_StatefulSet_go_with_it_when_asked_for(bool isAsked)
    {
        await using var world = await ResourceWorld.StartAsync();
        var settings = new ManagedResourceSettings
        {
            Key = Key("test"),
            Spec = new ManagedResourceSpec { DeletePersistentVolumeClaims = isAsked },
        };
        await world.WriteAsync(settings, Set(), Map("a"));
        await world.AppliedAsync("test");
        await world.Target.Client.CreateAsync(Claim("data-set-0", "set"), world.Token);
        await world.Target.Client.CreateAsync(Claim("data-other-0", "other"), world.Token);

        await world.WriteAsync(settings, Map("a"));
        await world.ConditionAsync("test", Names.Applied, Names.DeletionPending, "StatefulSet/default/set");

        IsLeaving(await world.Target.Client.FindAsync<PersistentVolumeClaim>(Key("data-set-0"), world.Token)).ShouldBe(isAsked);
        IsLeaving(await world.Target.Client.FindAsync<PersistentVolumeClaim>(Key("data-other-0"), world.Token)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task An_object_that_is_made_anew_goes_as_it_asks_for(string propagation, string finalizer)
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Priority(1, propagation));
        await world.AppliedAsync("test");

        await world.WriteAsync("test", Priority(2, propagation));
        await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed, "made again when it is gone");

        var leaving = await world.Target.Client.GetAsync<PriorityClass>(ObjectKey.Cluster("test"), world.Token);
        leaving.Metadata.Finalizers.ShouldBe([finalizer]);
        var body = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = null } };
        await world.Target.Client.PatchAsync<PriorityClass>(leaving.Key, Patch.Merge(body), world.Token);
        await world.AppliedAsync("test");
        (await world.Target.Client.GetAsync<PriorityClass>(ObjectKey.Cluster("test"), world.Token)).Value.ShouldBe(2);
    }

    [Fact]
    public async Task A_way_of_deletion_that_does_not_exist_is_named_with_those_that_do()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Priority(1, "Sideways"));
        await world.AppliedAsync("test");

        await world.WriteAsync("test", Priority(2, "Sideways"));
        var condition = await world.ConditionAsync("test", Names.Applied, Names.ApplyFailed);

        condition.Message.ShouldContain("\"Sideways\": want Foreground, Background or Orphan");
        (await world.Target.Client.GetAsync<PriorityClass>(ObjectKey.Cluster("test"), world.Token)).Value.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Labels_and_annotations_of_others_go_when_asked_for(bool isForced)
    {
        await using var world = await ResourceWorld.StartAsync();
        var settings = new ManagedResourceSettings
        {
            Key = Key("test"),
            Spec = new ManagedResourceSpec { ForceOverwriteLabels = isForced, ForceOverwriteAnnotations = isForced },
        };
        await world.WriteAsync(settings, Map("a"));
        await world.AppliedAsync("test");
        var others = new JsonObject { ["others"] = "x" };
        var metadata = new JsonObject { ["labels"] = others, ["annotations"] = others.DeepClone() };
        await world.Target.Client.PatchAsync<ConfigMap>(
            Key("a"), Patch.Merge(new JsonObject { ["metadata"] = metadata, ["data"] = new JsonObject { ["key"] = "other" } }), world.Token);

        var repaired = await world.Target.UntilAsync<ConfigMap>(Key("a"), m => m!.Data!["key"] == "v", world.Token);

        repaired!.Metadata.Label("others").ShouldBe(isForced ? null : "x");
        repaired.Metadata.Annotation("others").ShouldBe(isForced ? null : "x");
        repaired.Metadata.Label(ResourceNames.ManagedBy).ShouldBe("gardener");
        repaired.Metadata.Annotation(ResourceNames.Origin).ShouldBe("default/test");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_that_moves_to_an_equivalent_group_is_not_deleted_in_the_old_one(bool isEquivalent)
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteRawAsync("kinds", Definition("old.example") + Definition("new.example"));
        await world.AppliedAsync("kinds");
        var settings = new ManagedResourceSettings
        {
            Key = Key("test"),
            Spec = new ManagedResourceSpec
            {
                Equivalences = isEquivalent
                    ? [[new GroupKind { Group = "old.example", Kind = "Flower" }, new GroupKind { Group = "new.example", Kind = "Flower" }]]
                    : null,
            },
        };
        await WriteRoseAsync(world, settings, "old.example");
        await WriteRoseAsync(world, settings, "new.example");

        var kinds = await world.Target.Client.Dynamic.DiscoverAsync(world.Token);
        (await FindAsync("new.example")).ShouldNotBeNull();
        (await FindAsync("old.example") is not null).ShouldBe(isEquivalent);

        Task<JsonObject?> FindAsync(string group) =>
            world.Target.Client.Dynamic.FindAsync(kinds.Single(k => k.Group == group), ObjectKey.Cluster("rose"), world.Token);
    }

    [Fact]
    public async Task Plain_and_compressed_keys_of_one_Secret_are_all_applied()
    {
        await using var world = await ResourceWorld.StartAsync();
        var secret = new Secret
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "mixed" },
            Data = new Dictionary<string, byte[]>
            {
                ["a.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"u8.ToArray(),
                ["b.json"] = """{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}"""u8.ToArray(),
                ["data.yaml.br"] = ManifestCompression.Compress(ManifestBundle.Of([Map("c")]).Content.Span),
            },
        };
        await world.Source.Client.CreateAsync(secret, world.Token);
        await world.Source.Client.CreateAsync(
            ManagedResourceWriter.ResourceOf(new ManagedResourceSettings { Key = Key("test") }, "mixed"), world.Token);

        var resource = await world.AppliedAsync("test");

        resource.Status!.Resources!.Select(r => r.Name).ShouldBe(["a", "b", "c"]);
    }

    private static async Task WriteRoseAsync(ResourceWorld world, ManagedResourceSettings settings, string group)
    {
        var rose = new JsonObject
        {
            ["apiVersion"] = $"{group}/v1",
            ["kind"] = "Flower",
            ["metadata"] = new JsonObject { ["name"] = "rose" },
        };
        await new ManagedResourceWriter(world.Source.Client, "tests").WriteAsync(settings, ManifestBundle.Of([rose]), world.Token);
        await world.AppliedAsync("test");
    }

    private static string Definition(string group) => $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: flowers.{{group}}}
        spec:
          group: {{group}}
          scope: Cluster
          names: {kind: Flower, plural: flowers}
          versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object} } }]
        ---

        """;

    private static bool IsLeaving(PersistentVolumeClaim? claim) => claim is null || claim.Metadata.IsDeleting();

    private static PriorityClass Priority(int value, string propagation) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = "test",
            Annotations = new Dictionary<string, string>
            {
                [ResourceNames.DeleteOnInvalidUpdate] = "true",
                [ResourceNames.PropagationOnInvalidUpdate] = propagation,
            },
        },
        Value = value,
    };

    private static PersistentVolumeClaim Claim(string name, string app) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "default",
            Name = name,
            Labels = new Dictionary<string, string> { ["app"] = app },
        },
        Spec = new PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteOnce"],
            Resources = new VolumeResourceRequirements { Requests = new Dictionary<string, Quantity> { ["storage"] = Quantity.Parse("1Gi") } },
        },
    };

    private static StatefulSet Set()
    {
        var labels = new Dictionary<string, string> { ["app"] = "set" };
        return new StatefulSet
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "set" },
            Spec = new StatefulSetSpec
            {
                Selector = new LabelSelector { MatchLabels = labels },
                ServiceName = "set",
                Template = new PodTemplateSpec
                {
                    Metadata = new ObjectMeta { Labels = labels },
                    Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "image" }] },
                },
            },
        };
    }
}
