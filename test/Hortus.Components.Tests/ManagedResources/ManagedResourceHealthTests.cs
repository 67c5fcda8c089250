using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

namespace Hortus.Components.Tests;

public sealed class ManagedResourceHealthTests
{
    [Fact]
    public void What_is_applied_healthy_and_rolled_out_waits_for_nothing() =>
        ManagedResourceHealth.WaitsFor(ResourceOf()).ShouldBeNull();

    [Fact]
    public void What_is_absent_or_was_never_looked_at_is_not_ready()
    {
        ManagedResourceHealth.WaitsFor(null).ShouldBe("is missing");
        ManagedResourceHealth.WaitsFor(new ManagedResource()).ShouldBe("no resource manager has looked at its latest state yet");
    }

    [Fact]
    public void Conditions_of_an_older_generation_do_not_count() =>
        ManagedResourceHealth.WaitsFor(ResourceOf(observed: 1)).ShouldBe("no resource manager has looked at its latest state yet");

    [Theory]
    [InlineData(Names.Applied, "False")]
    [InlineData(Names.Applied, "Progressing")]
    [InlineData(Names.Healthy, "Unknown")]
    [InlineData(Names.Progressing, "True")]
    public void First_condition_that_is_not_as_it_should_be_is_the_reason(string type, string status) =>
        ManagedResourceHealth.WaitsFor(ResourceOf(type, status)).ShouldBe($"{type} is {status}");

    [Fact]
    public void Failed_apply_is_told_though_the_generation_is_not_observed() =>
        ManagedResourceHealth.WaitsFor(ResourceOf(Names.Applied, "False", observed: 1)).ShouldBe("ResourcesApplied is False");

    [Theory]
    [InlineData(Names.Applied, "False", "ResourcesApplied is False", null, null)]
    [InlineData(Names.Healthy, "Unknown", null, "ResourcesHealthy is Unknown", null)]
    [InlineData(Names.Progressing, "True", null, null, "ResourcesProgressing is True")]
    public void Each_question_is_answered_by_its_own_condition(
        string type, string status, string? notApplied, string? notHealthy, string? notRolledOut)
    {
        var resource = ResourceOf(type, status);

        ManagedResourceHealth.NotApplied(resource).ShouldBe(notApplied);
        ManagedResourceHealth.NotHealthy(resource).ShouldBe(notHealthy);
        ManagedResourceHealth.NotRolledOut(resource).ShouldBe(notRolledOut);
    }

    [Fact]
    public void What_is_being_deleted_names_what_holds_it()
    {
        var deleting = new ObjectMeta { Generation = 2, DeletionTimestamp = DateTimeOffset.UnixEpoch, Finalizers = ["a", "b"] };

        ManagedResourceHealth.WhyStillThere(null).ShouldBeNull();
        ManagedResourceHealth.WhyStillThere(ResourceOf()).ShouldBe("is not marked for deletion");
        ManagedResourceHealth.WhyStillThere(ResourceOf() with { Metadata = deleting }).ShouldBe("is held by a, b");
        ManagedResourceHealth.WhyStillThere(ResourceOf(Names.Applied, "False", reason: Names.DeletionFailed) with { Metadata = deleting })
            .ShouldBe("ResourcesApplied is False");
    }

    private static ManagedResource ResourceOf(string type = "", string status = "", long observed = 2, string reason = "Test")
    {
        GardenerCondition Of(string wanted, string good)
        {
            var now = wanted == type ? status : good;
            return new() { Type = wanted, Status = now, Reason = reason, Message = $"{wanted} is {now}" };
        }

        return new()
        {
            Metadata = new ObjectMeta { Generation = 2 },
            Status = new ManagedResourceStatus
            {
                ObservedGeneration = observed,
                Conditions = [Of(Names.Applied, "True"), Of(Names.Healthy, "True"), Of(Names.Progressing, "False")],
            },
        };
    }
}
