using Hortus.Extensions;
using Hortus.MachineController.Machines;
using Hortus.MachineController.Sets;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.MachineController.Tests;

public sealed class MachineHealthTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly MachineControllerManagerOptions Options = new() { TargetKubeconfig = "", Namespace = "n" };
    private readonly MachineHealth health = new(new MachineTimes(Options), Options.NodeConditions);

    [Theory]
    [InlineData("Available", 0, "True", "Running")]
    [InlineData("Available", 0, "False", "Available")]
    [InlineData("Available", 21, "False", "Failed")]
    [InlineData("Available", 21, null, "Failed")]
    [InlineData("Available", 1, null, "Available")]
    [InlineData("Running", 0, "True", "Running")]
    [InlineData("Running", 60, "False", "Unknown")]
    [InlineData("Running", 60, null, "Unknown")]
    [InlineData("Unknown", 5, "Unknown", "Unknown")]
    [InlineData("Unknown", 11, "Unknown", "Failed")]
    [InlineData("Unknown", 11, "True", "Running")]
    [InlineData("Failed", 0, "True", "Failed")]
    public void The_phase_follows_node_and_time(string phase, int minutes, string? ready, string expected) =>
        health.Judge(Machine(phase, minutes), ready is null ? null : Node(("Ready", ready)), Now).Phase.ShouldBe(expected);

    [Fact]
    public void A_bad_condition_counts_although_the_node_is_ready()
    {
        var verdict = health.Judge(Machine("Running", 1), Node(("Ready", "True"), ("DiskPressure", "True")), Now);

        verdict.Phase.ShouldBe("Unknown");
        verdict.Reason.ShouldContain("DiskPressure");
        verdict.LookAgain.ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void A_machine_may_name_its_own_conditions()
    {
        var machine = Machine("Running", 1);
        machine = machine with { Spec = machine.Spec with { NodeConditions = "Rusty, Broken" } };

        health.Judge(machine, Node(("Ready", "True"), ("DiskPressure", "True")), Now).Phase.ShouldBe("Running");
        health.Judge(machine, Node(("Ready", "True"), ("Broken", "True")), Now).Phase.ShouldBe("Unknown");
    }

    [Fact]
    public void Without_health_limit_an_unhealthy_machine_stays()
    {
        var machine = Machine("Unknown", 600);
        machine = machine with { Spec = machine.Spec with { DisableHealthTimeout = true } };

        health.Judge(machine, Node(("Ready", "False")), Now).ShouldSatisfyAllConditions(
            verdict => verdict.Phase.ShouldBe("Unknown"), verdict => verdict.LookAgain.ShouldBeNull());
    }

    [Theory]
    [InlineData("20m", 1200)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5s", 1.5)]
    [InlineData("250ms", 0.25)]
    public void Durations_are_read(string text, double seconds) =>
        MachineTimes.Parse(text).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("5")]
    [InlineData("m5")]
    public void What_is_no_duration_is_none(string? text) => MachineTimes.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData(MachineErrorCode.Unavailable, 5)]
    [InlineData(MachineErrorCode.Unknown, 180)]
    [InlineData(MachineErrorCode.ResourceExhausted, 600)]
    [InlineData(MachineErrorCode.InvalidArgument, 600)]
    public void The_driver_is_asked_again_after_what_its_fault_needs(MachineErrorCode code, int seconds) =>
        MachineTimes.RetryAfter(code.ToString()).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_set_removes_first_what_is_marked_then_what_is_of_no_use_then_the_newest()
    {
        var set = new MachineSet { Spec = new MachineSetSpec { Replicas = 1 } };
        var machines = new[]
        {
            Named("old", "Running", 50), Named("young", "Running", 10), Named("joining", "Available", 60), Named("marked", "Running", 70, "1"),
        };

        MachineSetPlan.For(set, machines).Delete.Select(m => m.Metadata.Name).ShouldBe(["marked", "joining", "young"]);
    }

    [Fact]
    public void A_failed_machine_is_removed_and_replaced_at_once()
    {
        var set = new MachineSet { Spec = new MachineSetSpec { Replicas = 2 } };

        var plan = MachineSetPlan.For(set, [Named("good", "Running", 5), Named("bad", "Failed", 5)]);

        plan.Create.ShouldBe(1);
        plan.Delete.Select(m => m.Metadata.Name).ShouldBe(["bad"]);
    }

    private static Machine Named(string name, string phase, int ageMinutes, string? priority = null)
    {
        var machine = Machine(phase, ageMinutes);
        var metadata = machine.Metadata with { Name = name };
        return machine with
        {
            Metadata = priority is null ? metadata : metadata.WithAnnotation("machinepriority.machine.sapcloud.io", priority),
        };
    }

    private static Machine Machine(string phase, int minutes) => new()
    {
        Metadata = new ObjectMeta { Name = "m", CreationTimestamp = Now.AddMinutes(-minutes) },
        Status = new MachineStatus { CurrentStatus = new CurrentStatus { Phase = phase, LastUpdateTime = Now.AddMinutes(-minutes) } },
    };

    private static Node Node(params (string Type, string Status)[] conditions) => new()
    {
        Metadata = new ObjectMeta { Name = "m" },
        Status = new NodeStatus
        {
            Conditions = [.. conditions.Select(c => new NodeCondition { Type = c.Type, Status = c.Status, Message = "scripted" })],
        },
    };
}
