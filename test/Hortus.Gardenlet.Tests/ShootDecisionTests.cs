using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet.Tests;

public sealed class ShootDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public void New_shoot_is_created_now() =>
        Decide(NewShoot(null, null, 1, null)).ShouldBe(new ShootDecision(ShootAction.Run, LastOperationType.Create, null));

    [Theory]
    [InlineData("Create", "Pending", "Create")]
    [InlineData("Create", "Error", "Create")]
    [InlineData("Create", "Processing", "Create")]
    [InlineData("Create", "Succeeded", "Reconcile")]
    [InlineData("Reconcile", "Error", "Reconcile")]
    public void Unfinished_creation_goes_on_as_one(string type, string state, string expected) =>
        Decide(NewShoot(type, state, 2, 1)).ShouldBe(new ShootDecision(ShootAction.Run, expected, null));

    [Fact]
    public void Deletion_comes_before_everything_else() =>
        Decide(Deleting(NewShoot("Create", "Failed", 2, 2))).ShouldBe(new ShootDecision(ShootAction.Run, LastOperationType.Delete, null));

    [Fact]
    public void Deletion_that_failed_for_good_waits_for_a_change() =>
        Decide(Deleting(NewShoot("Delete", "Failed", 2, 2))).Action.ShouldBe(ShootAction.SyncCluster);

    [Fact]
    public void Failed_shoot_that_is_up_to_date_only_tells_extensions() =>
        Decide(NewShoot("Reconcile", "Failed", 3, 3)).Action.ShouldBe(ShootAction.SyncCluster);

    [Fact]
    public void Failed_shoot_that_was_changed_runs() =>
        Decide(NewShoot("Reconcile", "Failed", 4, 3)).Action.ShouldBe(ShootAction.Run);

    [Fact]
    public void Ignored_shoot_only_tells_extensions()
    {
        var shoot = NewShoot("Reconcile", "Error", 4, 3);
        shoot = shoot with { Metadata = shoot.Metadata.WithAnnotation(GardenerAnnotations.ShootIgnore, "true") };

        Decide(shoot).Action.ShouldBe(ShootAction.SyncCluster);
    }

    [Fact]
    public void Healthy_shoot_waits_for_the_rest_of_the_period() =>
        Decide(NewShoot("Reconcile", "Succeeded", 3, 3, minutesOld: 20))
            .ShouldBe(new ShootDecision(ShootAction.Wait, LastOperationType.Reconcile, TimeSpan.FromMinutes(40)));

    [Fact]
    public void Healthy_shoot_runs_when_its_period_is_over() =>
        Decide(NewShoot("Reconcile", "Succeeded", 3, 3, minutesOld: 61)).Action.ShouldBe(ShootAction.Run);

    [Fact]
    public void Emergency_stop_holds_everything() =>
        ShootDecision.Of(NewShoot("Create", "Error", 3, 2), emergencyStop: true, Hour, Now).Action.ShouldBe(ShootAction.Wait);

    [Fact]
    public void Reports_do_not_matter_but_wishes_do()
    {
        var old = NewShoot("Create", "Processing", 1, 1);

        ShootDecision.Matters(old, NewShoot("Create", "Succeeded", 1, 1)).ShouldBeFalse();
        ShootDecision.Matters(old, NewShoot("Create", "Processing", 2, 1)).ShouldBeTrue();
        ShootDecision.Matters(old, Deleting(old)).ShouldBeTrue();
        ShootDecision.Matters(null, old).ShouldBeTrue();
        ShootDecision.Matters(old, null).ShouldBeFalse();
    }

    private static ShootDecision Decide(Shoot shoot) => ShootDecision.Of(shoot, emergencyStop: false, Hour, Now);

    private static Shoot Deleting(Shoot shoot) => shoot with { Metadata = shoot.Metadata with { DeletionTimestamp = Now } };

    private static Shoot NewShoot(string? type, string? state, long generation, long? observed, int minutesOld = 0) => new()
    {
        Metadata = new ObjectMeta { Namespace = "garden-local", Name = "one", Generation = generation },
        Status = type is null ? null : new ShootStatus
        {
            ObservedGeneration = observed,
            LastOperation = new LastOperation { Type = type, State = state!, LastUpdateTime = Now.AddMinutes(-minutesOld) },
        },
    };
}
