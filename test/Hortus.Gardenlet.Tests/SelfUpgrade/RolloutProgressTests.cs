using System.Text.Json.Nodes;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet.Tests.SelfUpgrade;

public sealed class RolloutProgressTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public void Complete_when_all_replicas_of_this_release_are_available() =>
        Of(Live(updated: 2, available: 2), minutes: 1).State.ShouldBe(RolloutState.Complete);

    [Fact]
    public void A_late_rollout_that_completes_after_all_is_complete() =>
        Of(Live(updated: 2, available: 2), minutes: 60).State.ShouldBe(RolloutState.Complete);

    [Fact]
    public void The_state_of_another_release_says_nothing()
    {
        var progress = Of(Live(updated: 2, available: 2, release: "other"), minutes: 1);

        progress.State.ShouldBe(RolloutState.InProgress);
        progress.Text.ShouldContain("another release");
    }

    [Fact]
    public void A_generation_that_the_deployment_controller_has_not_seen_is_in_progress() =>
        Of(Live(updated: 2, available: 2, observed: 1), minutes: 1).State.ShouldBe(RolloutState.InProgress);

    [Fact]
    public void Replicas_that_are_not_available_are_waited_for_until_the_limit()
    {
        var progress = Of(Live(updated: 1, available: 2), minutes: 2);

        progress.State.ShouldBe(RolloutState.InProgress);
        progress.Left.ShouldBe(TimeSpan.FromMinutes(3));
        Of(Live(updated: 1, available: 2), minutes: 5).State.ShouldBe(RolloutState.Late);
        Of(null, minutes: 5).State.ShouldBe(RolloutState.Late);
    }

    [Fact]
    public void The_limit_is_that_of_the_release_when_it_has_one() =>
        RolloutProgress.Of(Release(30), Live(updated: 1, available: 2), Start, Start.AddSeconds(31), Limit).State.ShouldBe(RolloutState.Late);

    private static RolloutProgress Of(Deployment? live, int minutes) =>
        RolloutProgress.Of(Release(null), live, Start, Start.AddMinutes(minutes), Limit);

    private static Deployment Live(int updated, int available, long observed = 2, string? release = null) => new()
    {
        Metadata = new ObjectMeta
        {
            Generation = 2,
            Annotations = new Dictionary<string, string> { [GardenletNames.ReleaseAnnotation] = release ?? Release(null).Identity },
        },
        Spec = new DeploymentSpec { Replicas = 2 },
        Status = new DeploymentStatus
        {
            ObservedGeneration = observed,
            Replicas = 2,
            UpdatedReplicas = updated,
            AvailableReplicas = available,
        },
    };

    private static GardenletRelease Release(int? limit) => new()
    {
        Reference = "r",
        Digest = "d",
        Version = "1",
        Objects =
        [
            (JsonObject)JsonNode.Parse($$$"""
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "gardenlet"},
                 "spec": {"progressDeadlineSeconds": {{{limit?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"}}}}}
                """)!,
        ],
    };
}
