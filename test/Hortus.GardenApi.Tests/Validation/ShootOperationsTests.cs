using Hortus.GardenApi.Validation;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Validation;

public class ShootOperationsTests
{
    [Theory]
    [InlineData("reconcile", "Succeeded", true)]
    [InlineData("retry", "Failed", true)]
    [InlineData("retry", "Error", false)]
    [InlineData("maintain", "Succeeded", false)]
    [InlineData("rotate-ca-start", "Succeeded", true)]
    public void Operation_StartsAReconciliation_ByItsKindAndTheState(string operation, string state, bool starts) =>
        ShootOperations.StartReconciliation(Asking(operation, state), Idle(state)).ShouldBe(starts);

    [Fact]
    public void Operation_DoesNothingBeforeTheFirstOne() =>
        ShootOperations.StartReconciliation(Asking("reconcile", null), Idle(null)).ShouldBeFalse();

    [Fact]
    public void Operation_CountsOnlyWhenItIsNew() =>
        ShootOperations.StartReconciliation(
            Asking("rotate-ca-start", "Succeeded"), Asking("rotate-ca-start", "Succeeded")).ShouldBeFalse();

    [Fact]
    public void ReconcileAndRetry_AreConsumed_OthersStay()
    {
        var left = ShootOperations.Consume(Asking("reconcile;rotate-ca-start", "Succeeded"), Idle("Succeeded"));

        left.Metadata.Annotations![GardenerAnnotations.Operation].ShouldBe("rotate-ca-start");
        ShootOperations.Consume(Asking("retry", "Failed"), Idle("Failed")).Metadata.Annotations!.ShouldBeEmpty();
    }

    private static Shoot Idle(string? state) => ValidShoot with
    {
        Status = new ShootStatus
        {
            LastOperation = state is null
            ? null : new LastOperation { Type = "Reconcile", State = state }
        },
    };

    private static Shoot Asking(string operation, string? state) => Idle(state) with
    {
        Metadata = ValidShoot.Metadata with
        {
            Annotations = new Dictionary<string, string> { [GardenerAnnotations.Operation] = operation },
        },
    };
}
