using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using ControlPlane = Hortus.Objects.Gardener.Extensions.ControlPlane;

namespace Hortus.Extensions.Tests.Actuators;

public sealed class ExtensionDecisionTests
{
    private const string Finalizer = "extensions.gardener.cloud/controlplane";

    [Theory]
    [InlineData(null, null, false, "Reconcile")]
    [InlineData(null, "Succeeded", false, "Nothing")]
    [InlineData(null, "Error", false, "Reconcile")]
    [InlineData(null, "Processing", false, "Reconcile")]
    [InlineData("reconcile", "Succeeded", false, "Reconcile")]
    [InlineData("restore", "Succeeded", false, "Reconcile")]
    [InlineData("migrate", "Error", false, "Nothing")]
    [InlineData("wait-for-state", null, false, "Nothing")]
    [InlineData(null, "Succeeded", true, "Delete")]
    [InlineData("wait-for-state", "Succeeded", true, "Nothing")]
    public void An_object_is_acted_on_only_when_the_contract_says_so(string? operation, string? state, bool deleting, string expected) =>
        ExtensionDecision.For(Object(operation, state, "Create", deleting), Finalizer).ToString().ShouldBe(expected);

    [Fact]
    public void A_deleted_object_without_the_finalizer_is_left_alone()
    {
        var value = Object(null, "Succeeded", "Create", deleting: true);
        value = value with { Metadata = value.Metadata with { Finalizers = ["somebody/else"] } };

        ExtensionDecision.For(value, Finalizer).ShouldBe(ExtensionAction.Nothing);
    }

    [Theory]
    [InlineData("local", null, true)]
    [InlineData("local", "shoot", true)]
    [InlineData("local", "", true)]
    [InlineData("local", "seed", true)]
    [InlineData("local", "garden", false)]
    [InlineData("aws", null, false)]
    public void Only_objects_of_the_type_and_the_classes_are_served(string type, string? @class, bool served) =>
        ExtensionDecision.IsServed(
            new ControlPlane { Spec = new ControlPlaneSpec { Type = type, Class = @class } },
            "local",
            ExtensionClasses.Parse(["shoot", "seed"])).ShouldBe(served);

    [Theory]
    [InlineData("reconcile", null, null, false, "Create")]
    [InlineData("reconcile", "Create", "Error", false, "Create")]
    [InlineData("reconcile", "Create", "Succeeded", false, "Reconcile")]
    [InlineData("reconcile", "Reconcile", "Error", false, "Reconcile")]
    [InlineData("restore", null, null, false, "Restore")]
    [InlineData(null, "Create", "Succeeded", true, "Delete")]
    public void The_operation_is_called_by_what_came_before(string? operation, string? type, string? state, bool deleting, string expected) =>
        ExtensionDecision.OperationType(Object(operation, state, type, deleting), operation).ShouldBe(expected);

    [Theory]
    [InlineData("6", "reconcile", false, true)]
    [InlineData("5", "reconcile", false, false)]
    [InlineData("4", "reconcile", false, false)]
    [InlineData("6", null, false, false)]
    [InlineData("6", null, true, true)]
    public void A_run_is_cut_short_by_a_newer_request_only(string version, string? operation, bool deleting, bool expected)
    {
        var taken = Object(null, "Processing", "Create", false);
        taken = taken with { Metadata = taken.Metadata with { ResourceVersion = "5" } };
        var seen = Object(operation, "Processing", "Create", deleting);
        seen = seen with { Metadata = seen.Metadata with { ResourceVersion = version } };

        ExtensionDecision.Supersedes(seen, taken).ShouldBe(expected);
    }

    private static ControlPlane Object(string? operation, string? state, string? type, bool deleting) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = "a",
            Finalizers = [Finalizer],
            DeletionTimestamp = deleting ? DateTimeOffset.UnixEpoch : null,
            Annotations = operation is null ? null : new Dictionary<string, string> { [GardenerAnnotations.Operation] = operation },
        },
        Status = state is null ? null : new ControlPlaneStatus { LastOperation = new LastOperation { State = state, Type = type ?? "Create" } },
    };
}
