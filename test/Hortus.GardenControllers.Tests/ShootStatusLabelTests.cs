using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenControllers.Tests;

public sealed class ShootStatusLabelTests
{
    [Theory]
    [InlineData(LastOperationState.Succeeded, "", "healthy")]
    [InlineData(LastOperationState.Succeeded, "True,True", "healthy")]
    [InlineData(LastOperationState.Succeeded, "True,Progressing", "progressing")]
    [InlineData(LastOperationState.Succeeded, "Progressing,Unknown", "unknown")]
    [InlineData(LastOperationState.Succeeded, "Unknown,False", "unhealthy")]
    [InlineData(LastOperationState.Processing, "True", "progressing")]
    [InlineData(LastOperationState.Pending, "", "progressing")]
    [InlineData(LastOperationState.Processing, "False", "unhealthy")]
    [InlineData(LastOperationState.Error, "True", "unhealthy")]
    [InlineData(LastOperationState.Failed, "", "unhealthy")]
    [InlineData(LastOperationState.Aborted, "", "unhealthy")]
    public void The_label_tells_the_worst_of_operation_and_conditions(string state, string conditions, string expected) =>
        ShootStatusLabelReconciler.StatusOf(new Shoot
        {
            Status = new ShootStatus
            {
                LastOperation = new LastOperation { State = state },
                Conditions =
                [
                    .. conditions.Split(',', StringSplitOptions.RemoveEmptyEntries)
                        .Select(status => new GardenerCondition { Status = status }),
                ],
            },
        }).ShouldBe(expected);

    [Fact]
    public void An_error_that_still_stands_is_unhealthy() =>
        ShootStatusLabelReconciler.StatusOf(new Shoot
        {
            Status = new ShootStatus
            {
                LastOperation = new LastOperation { State = LastOperationState.Processing },
                LastErrors = [new LastError { Description = "no quota" }],
            },
        }).ShouldBe("unhealthy");
}
