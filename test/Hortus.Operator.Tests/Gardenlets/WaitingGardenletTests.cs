using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator.Tests.Gardenlets;

/// <summary>What a Gardenlet says while the gardenlet that was deployed for it does not register its Seed.</summary>
[Trait("Category", "Integration")]
public sealed class WaitingGardenletTests : IAsyncLifetime
{
    private const string Again = """{"metadata":{"annotations":{"gardener.cloud/operation":"reconcile"}}}""";

    private readonly GardenletWorld world = new();
    private readonly CancellationTokenSource deadline = GardenletWorld.Deadline();

    public Task InitializeAsync() => world.InitializeAsync();

    public async Task DisposeAsync()
    {
        deadline.Dispose();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task A_bootstrap_that_fails_is_told_in_the_words_of_the_gardenlet()
    {
        await using var running = world.StartOperator();
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), deadline.Token);
        await world.UntilAsync("near", ConditionStatus.Progressing, "Waiting for seed registration", deadline.Token);
        var said = new JsonObject { ["annotations"] = new JsonObject { ["hortus.dev/bootstrap-fault"] = "401 the token has expired" } };
        await world.Runtime.PatchAsync<Secret>(
            GardenletWorld.Key("gardenlet-kubeconfig-bootstrap"), Patch.Merge(new JsonObject { ["metadata"] = said }), deadline.Token);

        await world.PatchAsync("near", Again, deadline.Token);

        await world.UntilAsync(
            "near",
            ConditionStatus.Progressing,
            "Waiting for seed registration; the gardenlet says: 401 the token has expired",
            deadline.Token);
    }

    [Fact]
    public async Task An_image_that_never_starts_is_told_as_its_pod_says_it()
    {
        await using var running = world.StartOperator();
        await world.Garden.CreateAsync(GardenletWorld.NewGardenlet("near"), deadline.Token);
        await world.UntilAsync("near", ConditionStatus.Progressing, "Waiting for seed registration", deadline.Token);
        await world.Runtime.CreateAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "garden", Name = "default" } }, deadline.Token);
        await CreatePodAsync("other", "another", "ErrImagePull");
        await CreatePodAsync("gardenlet-1", "gardenlet", "ImagePullBackOff");

        await world.PatchAsync("near", Again, deadline.Token);

        await world.UntilAsync(
            "near", ConditionStatus.Progressing, "; pod gardenlet-1: ImagePullBackOff: said by the test", deadline.Token);
    }

    private async Task CreatePodAsync(string name, string app, string reason)
    {
        var pod = await world.Runtime.CreateAsync(
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
            deadline.Token);
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
        await world.Runtime.PatchAsync<Pod>(
            pod.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, deadline.Token);
    }
}
