using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.Extensions.Tests.Workers;

public sealed class MachineAvailabilityTests
{
    [Theory]
    [InlineData(2, 2, 2, 2, 2, null)]
    [InlineData(1, 2, 2, 2, 2, "not taken up")]
    [InlineData(2, 3, 2, 2, 2, "has 2 of 3 machines up to date")]
    [InlineData(2, 2, 2, 3, 2, "has 3 machines, wants 2")]
    [InlineData(2, 2, 2, 2, 1, "has 1 of 2 machines available")]
    [InlineData(2, 0, 0, 0, 0, null)]
    public void Machines_are_available_when_all_counts_agree(
        long observed, int wanted, int updated, int replicas, int available, string? objection)
    {
        var value = Deployment(wanted, new MachineDeploymentStatus
        {
            ObservedGeneration = observed,
            UpdatedReplicas = updated,
            Replicas = replicas,
            AvailableReplicas = available,
        });

        if (objection is null)
        {
            MachineAvailability.WhyNot(value, 2).ShouldBeNull();
        }
        else
        {
            MachineAvailability.WhyNot(value, 2)!.ShouldContain(objection);
        }
    }

    [Theory]
    [InlineData("ResourceExhausted", ErrorCode.InfraResourcesDepleted)]
    [InlineData("InvalidArgument", ErrorCode.ConfigurationProblem)]
    [InlineData("Unauthenticated", ErrorCode.InfraUnauthenticated)]
    [InlineData("PermissionDenied", ErrorCode.InfraUnauthorized)]
    [InlineData("Internal", null)]
    public void A_failed_machine_is_named_with_the_class_of_its_fault(string driverCode, string? code)
    {
        var failure = Should.Throw<ExtensionException>(() => MachineAvailability.ThrowIfFailed(Failed(driverCode), 2));

        failure.Message.ShouldContain("machine m1");
        failure.Message.ShouldContain("no disk");
        failure.Codes.ShouldBe(code is null ? [] : [code]);
    }

    [Fact]
    public void A_fault_from_before_the_last_change_does_not_count() =>
        Should.NotThrow(() => MachineAvailability.ThrowIfFailed(Failed("InvalidArgument"), 3));

    [Theory]
    [InlineData("Unavailable")]
    [InlineData("Aborted")]
    public void A_fault_that_passes_by_itself_does_not_count(string driverCode) =>
        Should.NotThrow(() => MachineAvailability.ThrowIfFailed(Failed(driverCode), 2));

    private static MachineDeployment Failed(string code) => Deployment(1, new MachineDeploymentStatus
    {
        ObservedGeneration = 2,
        FailedMachines =
        [
            new MachineSummary { Name = "m1", LastOperation = new LastOperation { ErrorCode = code, Description = "no disk" } },
        ],
    });

    private static MachineDeployment Deployment(int wanted, MachineDeploymentStatus status) => new()
    {
        Metadata = new ObjectMeta { Name = "pool", Generation = 2 },
        Spec = new MachineDeploymentSpec { Replicas = wanted },
        Status = status,
    };
}
