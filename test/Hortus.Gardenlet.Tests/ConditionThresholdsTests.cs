using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.Gardenlet.Tests;

public sealed class ConditionThresholdsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(null, true, 0, "True")]
    [InlineData("True", false, 3600, "Progressing")]
    [InlineData("Progressing", false, 60, "Progressing")]
    [InlineData("Progressing", false, 61, "False")]
    [InlineData("Progressing", true, 61, "True")]
    [InlineData("False", false, 5, "False")]
    [InlineData("False", true, 5, "True")]
    [InlineData("Unknown", false, 5, "False")]
    [InlineData(null, false, 0, "False")]
    [InlineData("True", null, 5, "Unknown")]
    public void Status_follows_the_check_with_a_grace_time(string? old, bool? healthy, int secondsOld, string expected)
    {
        var next = ConditionThresholds.Next(Condition(old, secondsOld), Check(healthy), Minute, Now);

        next.Status.ShouldBe(expected);
    }

    [Fact]
    public void Without_a_threshold_a_failing_check_turns_the_condition_False_at_once() =>
        ConditionThresholds.Next(Condition("True", 5), Check(false), null, Now).Status.ShouldBe("False");

    [Fact]
    public void Unchanged_result_gives_the_same_condition()
    {
        var old = Condition("True", 600)! with { Reason = "R", Message = "M" };

        ConditionThresholds.Next(old, Check(true), Minute, Now).ShouldBeSameAs(old);
    }

    [Fact]
    public void Transition_time_stays_while_the_status_does()
    {
        var old = Condition("True", 600)!;

        var next = ConditionThresholds.Next(old, Check(true), Minute, Now);

        next.LastTransitionTime.ShouldBe(old.LastTransitionTime);
        next.LastUpdateTime.ShouldBe(Now);
    }

    [Fact]
    public void Changing_words_do_not_prolong_the_grace_time()
    {
        var old = Condition("Progressing", 40)!;

        var next = ConditionThresholds.Next(old, Check(false), Minute, Now);

        next.LastUpdateTime.ShouldBe(old.LastUpdateTime);
    }

    [Fact]
    public void Nothing_new_gives_the_same_list()
    {
        IReadOnlyList<GardenerCondition> list = [Condition("True", 600)! with { Reason = "R", Message = "M" }];

        ConditionThresholds.Apply(list, [Check(true)], GraceTimes.Default, Now).ShouldBeSameAs(list);
    }

    [Theory]
    [InlineData("Progressing", 20, 41)]
    [InlineData("Progressing", 90, 0)]
    [InlineData("True", 20, null)]
    public void The_next_look_is_due_when_the_grace_time_ends(string status, int secondsOld, int? expected) =>
        ConditionThresholds.UntilNextLook(
            [Condition(status, secondsOld)!], [GardenerConditions.EveryNodeReady], GraceTimes.Default, Now)
            .ShouldBe(expected is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    [Fact]
    public void A_configuration_gives_the_grace_times_that_it_names_and_no_others()
    {
        var times = GraceTimes.From([new ConditionThreshold { Type = GardenerConditions.EveryNodeReady, Duration = "5m" }]);

        times.Of(GardenerConditions.EveryNodeReady).ShouldBe(TimeSpan.FromMinutes(5));
        times.Of(GardenerConditions.APIServerAvailable).ShouldBeNull();
        GraceTimes.From(null).Of(GardenerConditions.APIServerAvailable).ShouldBe(Minute);
    }

    private static HealthCheckResult Check(bool? healthy) => new(GardenerConditions.EveryNodeReady, healthy, "R", "M");

    private static GardenerCondition? Condition(string? status, int secondsOld) => status is null ? null : new GardenerCondition
    {
        Type = GardenerConditions.EveryNodeReady,
        Status = status,
        Reason = "Old",
        Message = "old",
        LastTransitionTime = Now.AddSeconds(-secondsOld),
        LastUpdateTime = Now.AddSeconds(-secondsOld),
    };
}
