using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;
using OperatorExtension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator.Tests;

/// <summary>Objects of kind Extension that a garden gets.</summary>
[Trait("Category", "Integration")]
public sealed class GardenExtensionObjectsTests
{
    private const string Offers = """
        , { kind: Extension, type: early, clusterCompatibility: [garden],
            lifecycle: { reconcile: BeforeKubeAPIServer, delete: AfterKubeAPIServer } }
        , { kind: Extension, type: late, clusterCompatibility: [garden], lifecycle: { reconcile: AfterWorker } }
        , { kind: Extension, type: always, autoEnable: [garden], clusterCompatibility: [garden] }
        """;

    [Fact]
    public async Task Each_comes_and_goes_at_its_turn_and_one_that_is_not_wanted_any_more_goes()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        var serverWasThere = new ConcurrentDictionary<string, bool>();
        extension.OnRequest = async (value, token) => serverWasThere[value.Metadata.Name!] =
            await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.ApiServer, token) is not null;
        await TestExtension.OfferAsync(world, deadline.Token, Offers);
        await world.Runtime.CreateAsync(Others("of-a-seed", "seed"), deadline.Token);
        world.StartOperator();
        await world.Runtime.CreateAsync(WithExtensions(), deadline.Token);
        await world.UntilSucceededAsync(deadline.Token);

        var created = await ExtensionsAsync(world, deadline.Token);
        var order = extension.Trace.Where(request => request.StartsWith("reconcile Extension", StringComparison.Ordinal)).ToArray();
        var there = serverWasThere.ToDictionary();
        await world.PatchAsync("""{"spec":{"extensions":[{"type":"early"}]}}""", deadline.Token);
        await world.Runtime.UntilAsync<Extension>(OperatorWorld.KeyOf("garden-late"), found => found is null, deadline.Token);
        await SucceededAsync(world, deadline.Token);
        var left = await ExtensionsAsync(world, deadline.Token);
        serverWasThere.Clear();
        extension.Trace.Clear();
        await world.AnnotateAsync(GardenerAnnotations.ConfirmationDeletion, "true", deadline.Token);
        await world.Runtime.DeleteAsync<Garden>(OperatorWorld.Key, null, deadline.Token);
        await world.UntilAsync(found => found is null, deadline.Token);

        created.Select(item => item.Metadata.Name).ShouldBe(["garden-always", "garden-early", "garden-late", "of-a-seed"]);
        created.Single(item => item.Metadata.Name == "garden-early").Spec.ShouldSatisfyAllConditions(
            spec => spec.Type.ShouldBe("early"),
            spec => spec.Class.ShouldBe("garden"),
            spec => spec.ProviderConfig!.Value.GetProperty("colour").GetString().ShouldBe("green"));
        order.ShouldBe(
            ["reconcile Extension garden-early", "reconcile Extension garden-always", "reconcile Extension garden-late"]);
        (there["garden-early"], there["garden-always"], there["garden-late"]).ShouldBe((false, true, true));
        left.Select(item => item.Metadata.Name).ShouldBe(["garden-always", "garden-early", "of-a-seed"]);
        (serverWasThere["garden-always"], serverWasThere["garden-early"]).ShouldBe((true, false));
        extension.Trace.Where(request => request.StartsWith("delete Extension", StringComparison.Ordinal)).ShouldBe(
            ["delete Extension garden-always", "delete Extension garden-early"]);
        (await ExtensionsAsync(world, deadline.Token)).ShouldHaveSingleItem().Metadata.Name.ShouldBe("of-a-seed");
    }

    [Fact]
    public async Task What_an_extension_reports_stands_in_the_garden_and_its_repair_is_taken_up()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        var broken = true;
        extension.OnRequest = (value, _) => broken && value is Extension
            ? throw new InvalidOperationException("no colour is called green")
            : Task.CompletedTask;
        await TestExtension.OfferAsync(world, deadline.Token, Offers.Replace(
            "lifecycle: { reconcile: BeforeKubeAPIServer,",
            "reconcileTimeout: 2s, lifecycle: { reconcile: BeforeKubeAPIServer,",
            StringComparison.Ordinal));
        world.StartOperator();
        await world.Runtime.CreateAsync(WithExtensions(), deadline.Token);

        var failed = await world.UntilAsync(found => found?.Status?.LastOperation?.State == LastOperationState.Error, deadline.Token);
        var server = await world.Runtime.FindAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        broken = false;
        await world.UntilSucceededAsync(deadline.Token);

        failed!.Status!.LastOperation!.Description.ShouldContain("waited 2 s for Extension garden/garden-early: ");
        failed.Status.LastOperation.Description.ShouldContain("no colour is called green");
        server.ShouldBeNull();
    }

    [Fact]
    public async Task An_Extension_that_comes_later_and_is_for_every_garden_is_taken_up_at_once()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        await using var extension = TestExtension.Start(world.Runtime);
        await TestExtension.OfferAsync(world, deadline.Token);
        world.StartOperator();
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), deadline.Token);
        await world.UntilSucceededAsync(deadline.Token);

        await world.Runtime.PatchAsync<OperatorExtension>(
            ObjectKey.Cluster("provider-local"),
            Patch.Json((System.Text.Json.Nodes.JsonArray)System.Text.Json.Nodes.JsonNode.Parse("""
                [{"op":"add","path":"/spec/resources/-","value":
                  {"kind":"Extension","type":"always","autoEnable":["garden"],"clusterCompatibility":["garden"]}}]
                """)!),
            deadline.Token);

        await world.Runtime.UntilAsync<Extension>(
            OperatorWorld.KeyOf("garden-always"),
            found => found?.Status?.LastOperation?.State == LastOperationState.Succeeded,
            deadline.Token);
    }

    private static Garden WithExtensions()
    {
        var garden = OperatorWorld.NewGarden();
        return garden with
        {
            Spec = garden.Spec with
            {
                Extensions =
                [
                    new() { Type = "late" },
                    new() { Type = "early", ProviderConfig = System.Text.Json.JsonSerializer.SerializeToElement(
                        new Dictionary<string, string> { ["colour"] = "green" }) },
                ],
            },
        };
    }

    private static Extension Others(string name, string @class) => new()
    {
        Metadata = new ObjectMeta { Namespace = "garden", Name = name },
        Spec = new ExtensionSpec { Type = "late", Class = @class },
    };

    private static async Task<IReadOnlyList<Extension>> ExtensionsAsync(OperatorWorld world, CancellationToken cancellationToken) =>
        [
            .. (await world.Runtime.ListAsync<Extension>(ListOptions.In("garden"), cancellationToken)).Items
                .OrderBy(item => item.Metadata.Name, StringComparer.Ordinal),
        ];

    private static Task SucceededAsync(OperatorWorld world, CancellationToken cancellationToken) => world.UntilAsync(
        found => found!.Status!.ObservedGeneration == found.Metadata.Generation
            && found.Status.LastOperation!.State == LastOperationState.Succeeded,
        cancellationToken);
}
