using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator.Tests.Gardenlets;

/// <summary>What a Gardenlet says while the gardenlet that was deployed for it does not register its Seed.</summary>
[Trait("Category", "Integration")]
public sealed class WaitingGardenletTests : GardenletWorldTests
{
    private const string Again = """{"metadata":{"annotations":{"gardener.cloud/operation":"reconcile"}}}""";


    [Fact]
    public async Task A_bootstrap_that_fails_is_told_in_the_words_of_the_gardenlet()
    {
        await using var running = World.StartOperator();
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), Token);
        await World.UntilAsync("near", ConditionStatus.Progressing, "Waiting for seed registration", Token);
        var said = new JsonObject { ["annotations"] = new JsonObject { ["hortus.dev/bootstrap-fault"] = "401 the token has expired" } };
        await World.Runtime.PatchAsync<Secret>(
            GardenletWorld.Key("gardenlet-kubeconfig-bootstrap"), Patch.Merge(new JsonObject { ["metadata"] = said }), Token);

        await World.PatchAsync("near", Again, Token);

        await World.UntilAsync(
            "near",
            ConditionStatus.Progressing,
            "Waiting for seed registration; the gardenlet says: 401 the token has expired",
            Token);
    }

    [Fact]
    public async Task An_image_that_never_starts_is_told_as_its_pod_says_it()
    {
        await using var running = World.StartOperator();
        await World.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), Token);
        await World.UntilAsync("near", ConditionStatus.Progressing, "Waiting for seed registration", Token);
        await World.Runtime.CreateAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "garden", Name = "default" } }, Token);
        await CreatePodAsync("other", "another", "ErrImagePull");
        await CreatePodAsync("gardenlet-1", "gardenlet", "ImagePullBackOff");

        await World.PatchAsync("near", Again, Token);

        await World.UntilAsync(
            "near", ConditionStatus.Progressing, "; pod gardenlet-1: ImagePullBackOff: said by the test", Token);
    }

    private async Task CreatePodAsync(string name, string app, string reason)
    {
        var pod = await World.Runtime.CreateAsync(
            new Pod
            {
                Metadata = new ObjectMeta
                {
                    Namespace = "garden",
                    Name = name,
                    Labels = new Dictionary<string, string> { ["app"] = app },
                },
                Spec = new PodSpec { Containers = [new Container { Name = "gardenlet", Image = "nowhere" }] },
            },
            Token);
        var waiting = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = "said by the test" } };
        var container = new JsonObject
        {
            ["name"] = "gardenlet",
            ["ready"] = false,
            ["restartCount"] = 0,
            ["image"] = "nowhere",
            ["imageID"] = "",
            ["state"] = waiting,
        };
        var status = new JsonObject { ["phase"] = "Pending", ["containerStatuses"] = new JsonArray(container) };
        await World.Runtime.PatchAsync<Pod>(
            pod.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, Token);
    }
}
