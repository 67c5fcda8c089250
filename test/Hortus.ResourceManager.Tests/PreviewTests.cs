using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Preview;
using Hortus.ResourceManager.Tests.World;
using static Hortus.ResourceManager.Tests.World.ResourceWorld;

namespace Hortus.ResourceManager.Tests;

/// <summary>A preview says exactly what the resource manager then does.</summary>
[Trait("Category", "Integration")]
public sealed class PreviewTests
{
    private const int Rounds = 25;
    private static readonly string[] Counted = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"];

    [Fact]
    public async Task What_is_previewed_is_what_happens_and_nothing_else()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false, limit: TimeSpan.FromMinutes(5));
        var random = new Random(20_260);
        var seen = new HashSet<PreviewedAction>();
        for (var round = 0; round < Rounds; round++)
        {
            await world.WriteAsync("test", [.. Draw(random)]);
            await DriftAsync(world, random);
            var before = await AllAsync(world);
            var preview = await PreviewAsync(world);
            (await AllAsync(world)).ShouldBe(before, ignoreOrder: true, "a preview must change nothing");
            preview.Faults.ShouldBeEmpty();
            seen.UnionWith(preview.Changes.Select(c => c.Action));

            world.Run(new ResourceManagerOptions());
            await world.AppliedAsync("test");
            await world.StopAsync();

            var after = await AllAsync(world);
            after.Select(o => o.Key).ShouldBe(
                before.Select(o => o.Key).Union(Names(preview, c => c.After is not null)).Except(Names(preview, c => c.After is null)),
                ignoreOrder: true);
            foreach (var change in preview.Changes.Where(c => c.After is not null))
            {
                var (said, became) = (change.After!, (JsonObject)JsonNode.Parse(after[change.Object])!);
                if (change.Action == PreviewedAction.Create)
                {
                    WithoutDrawn(said);
                    WithoutDrawn(became);
                }

                JsonNode.DeepEquals(became, said).ShouldBeTrue(
                    $"round {round}: {change.Action} {change.Object}: previewed\n{said}\nbut it is\n{became}");
            }

            foreach (var (name, json) in before.Where(o => preview.Changes.All(c => c.Object != o.Key)))
            {
                after[name].ShouldBe(json, $"round {round}: {name} changed without being previewed");
            }

            var next = await PreviewAsync(world);
            next.Changes.ShouldBeEmpty($"round {round}");
        }

        seen.ShouldBe([PreviewedAction.Create, PreviewedAction.Change, PreviewedAction.MakeAnew, PreviewedAction.Delete], ignoreOrder: true);
    }

    [Fact]
    public async Task A_namespace_and_a_definition_of_the_same_ManagedResource_are_no_obstacle()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await world.WriteRawAsync("test", """
            apiVersion: v1
            kind: Namespace
            metadata: {name: new}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: a, namespace: new}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: flowers.garden.example}
            spec:
              group: garden.example
              scope: Cluster
              names: {kind: Flower, plural: flowers}
              versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
            ---
            apiVersion: garden.example/v1
            kind: Flower
            metadata: {name: rose}
            """);

        var preview = await PreviewAsync(world);

        preview.Faults.ShouldBeEmpty();
        preview.Changes.Select(c => $"{c.Action} {c.Object}").ShouldBe([
            "Create v1/Namespace//new",
            "Create v1/ConfigMap/new/a",
            "Create apiextensions.k8s.io/v1/CustomResourceDefinition//flowers.garden.example",
            "Create garden.example/v1/Flower//rose",
        ]);
    }

    [Fact]
    public async Task What_would_not_work_is_said_in_the_words_of_the_condition()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        await world.WriteAsync("first", Map("both"));
        world.Run(new ResourceManagerOptions());
        await world.AppliedAsync("first");
        await world.WriteAsync("test", Map("both", "w"), Map("own"), Map("x") with { Metadata = new ObjectMeta { Namespace = "nowhere", Name = "x" } });
        var condition = await world.ConditionAsync("test", ManagedResourceConditions.Applied, ManagedResourceConditions.ApplyFailed);

        var preview = await PreviewAsync(world);

        condition.Message.ShouldBe("could not apply all objects: " + string.Join("; ", preview.Faults.Order(StringComparer.Ordinal)));
        preview.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_a_damaged_manifest_nothing_is_previewed_to_be_deleted()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteRawAsync("test", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
        await world.AppliedAsync("test");
        await world.StopAsync();

        await world.WriteRawAsync("test", "kind: [");
        var preview = await PreviewAsync(world);

        preview.Faults.Single().ShouldStartWith("secret default/test key objects.yaml document 1: ");
        preview.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_ignored_one_has_no_changes_and_one_that_is_deleted_loses_its_objects()
    {
        await using var world = await ResourceWorld.StartAsync();
        await world.WriteAsync("test", Map("a"));
        await world.AppliedAsync("test");
        await world.StopAsync();
        var annotations = new JsonObject { [ResourceNames.Ignore] = "true" };
        await world.Source.Client.PatchAsync<ManagedResource>(
            Key("test"), Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }), world.Token);

        var ignored = await PreviewAsync(world);
        await world.Source.Client.DeleteAsync<ManagedResource>(Key("test"), null, world.Token);
        var deleted = await PreviewAsync(world);

        ignored.Changes.ShouldBeEmpty();
        ignored.Note!.ShouldContain(ResourceNames.Ignore);
        deleted.Changes.Select(c => $"{c.Action} {c.Object}").ShouldBe(["Delete v1/ConfigMap/default/a"]);
    }

    private static Task<ManagedResourcePreview> PreviewAsync(ResourceWorld world) =>
        new PreviewRun(world.Source.Client, world.Target.Client, new PreviewSettings(), TimeProvider.System).RunAsync(Key("test"), world.Token);

    private static IEnumerable<string> Names(ManagedResourcePreview preview, Func<PreviewedChange, bool> which) =>
        preview.Changes.Where(which).Select(c => c.Object);

    // Some of these objects, each in one of two forms. Nobody here ends the deletion of a Deployment, so there is always one.
    private static IEnumerable<KubernetesObject> Draw(Random random)
    {
        KubernetesObject[][] forms =
        [
            [Map("a"), Map("a", "w", ("note", "x"))],
            [Map("b") with { Immutable = true }, Map("b", "w") with { Immutable = true }],
            [Map("c", "v", (ResourceNames.Ignore, "true")), Map("c", "w", (ResourceNames.Ignore, "true"))],
            [Map("d", "v", (ResourceNames.KeepObject, "true")), Map("d", "w")],
            [Web(80), Web(81)],
            [Sensitive("v"), Sensitive("w")],
        ];
        return forms.Where(_ => random.Next(4) > 0).Select(f => f[random.Next(2)]).Append(Workload($"image:{random.Next(2)}"));
    }

    // What others do to objects meanwhile.
    private static async Task DriftAsync(ResourceWorld world, Random random)
    {
        foreach (var map in (await world.Target.Client.ListAsync<ConfigMap>(ListOptions.In("default"), world.Token)).Items)
        {
            var name = map.Key;
            switch (map.Immutable == true ? 3 : random.Next(4))
            {
                case 0:
                    await world.Target.Client.DeleteAsync<ConfigMap>(name, null, world.Token);
                    break;
                case 1:
                    var metadata = new JsonObject { ["labels"] = new JsonObject { ["others"] = "x", [ResourceNames.ManagedBy] = null } };
                    var body = new JsonObject { ["metadata"] = metadata, ["data"] = new JsonObject { ["key"] = "other", ["more"] = "x" } };
                    await world.Target.Client.PatchAsync<ConfigMap>(name, Patch.Merge(body), world.Token);
                    break;
                default:
                    break;
            }
        }
    }

    // Everything that a manager may have to do with, without what the server counts.
    private static async Task<Dictionary<string, string>> AllAsync(ResourceWorld world)
    {
        ResourceKind[] kinds =
            [ResourceKind.Of<ConfigMap>(), ResourceKind.Of<Deployment>(), ResourceKind.Of<Service>(), ResourceKind.Of<Secret>()];
        var all = new Dictionary<string, string>();
        foreach (var kind in kinds)
        {
            foreach (var item in (await world.Target.Client.Dynamic.ListAsync(kind, ListOptions.In("default"), world.Token)).Items)
            {
                var metadata = (JsonObject)item["metadata"]!;
                foreach (var field in Counted)
                {
                    metadata.Remove(field);
                }

                item.Remove("status");
                all[$"{kind.ApiVersion}/{kind.Kind}/default/{metadata["name"]}"] = item.ToJsonString();
            }
        }

        return all;
    }

    // Addresses and ports are drawn by the server, each time others.
    private static void WithoutDrawn(JsonObject value)
    {
        if (value["spec"] is JsonObject spec && spec["ports"] is JsonArray ports)
        {
            spec.Remove("clusterIP");
            spec.Remove("clusterIPs");
            foreach (var port in ports.OfType<JsonObject>())
            {
                port.Remove("nodePort");
            }
        }
    }

    private static Secret Sensitive(string value) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "secret" },
        StringData = new Dictionary<string, string> { ["key"] = value },
    };

    private static Service Web(int port) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
        Spec = new ServiceSpec { Type = "NodePort", Ports = [new ServicePort { Name = "web", Port = port }] },
    };

    private static Deployment Workload(string image) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "work" },
        Spec = new DeploymentSpec
        {
            Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "work" } },
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "work" } },
                Spec = new PodSpec { Containers = [new Container { Name = "main", Image = image }] },
            },
        },
    };
}
