using FsCheck.Xunit;
using Hortus.MachineController.Deployments;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Tests;

public sealed class RolloutPlanTests
{
    [Theory]
    [InlineData(0, 0, 0, 1)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(2, 1, 2, 1)]
    [InlineData(0, 9, 0, 3)]
    public void Bounds_always_leave_a_way_to_start(int surge, int unavailable, int expectedSurge, int expectedUnavailable) =>
        RolloutPlan.Bounds(Spec(3, surge, unavailable), 3).ShouldBe((expectedSurge, expectedUnavailable));

    [Fact]
    public void The_first_set_gets_all_machines() =>
        Next(Spec(3, 1, 0), New(0, 0)).ShouldBe(new Dictionary<string, int> { ["new"] = 3 });

    [Fact]
    public void With_surge_a_new_machine_comes_before_an_old_one_goes() =>
        Next(Spec(3, 1, 0), Old(3, 3), New(0, 0)).ShouldBe(new Dictionary<string, int> { ["new"] = 1 });

    [Fact]
    public void An_old_machine_goes_when_a_new_one_is_available() =>
        Next(Spec(3, 1, 0), Old(3, 3), New(1, 1)).ShouldBe(new Dictionary<string, int> { ["old"] = 2 });

    [Fact]
    public void Without_surge_an_old_machine_makes_room_first() =>
        Next(Spec(3, 0, 1), Old(3, 3), New(0, 0)).ShouldBe(new Dictionary<string, int> { ["old"] = 2 });

    [Fact]
    public void Broken_old_machines_go_although_no_new_one_is_available() =>
        Next(Spec(3, 1, 1), Old(3, 2), New(1, 0))["old"].ShouldBe(2);

    [Fact]
    public void A_settled_deployment_changes_nothing() => Next(Spec(3, 1, 0), New(3, 3)).ShouldBeEmpty();

    [Fact]
    public void Hibernation_takes_all_machines_at_once() =>
        Next(Spec(0, 1, 0), Old(2, 2), New(1, 1)).ShouldBe(new Dictionary<string, int> { ["old"] = 0, ["new"] = 0 }, ignoreOrder: true);

    [Fact]
    public void Recreate_waits_until_the_last_old_machine_is_gone()
    {
        var spec = Spec(2, 0, 0) with { Strategy = new MachineDeploymentStrategy { Type = "Recreate" } };

        Next(spec, Old(2, 2), New(0, 0)).ShouldBe(new Dictionary<string, int> { ["old"] = 0 });
        Next(spec, new SetView("old", false, 0, 0, 1), New(0, 0)).ShouldBeEmpty();
        Next(spec, Old(0, 0), New(0, 0)).ShouldBe(new Dictionary<string, int> { ["new"] = 2 });
    }

    /// <summary>Plays an update to its end, with machines that become available or break at random between steps.</summary>
    [Property(MaxTest = 300)]
    public bool An_update_never_goes_below_its_bounds_and_ends(byte wantedSeed, byte surgeSeed, byte unavailableSeed, int seed)
    {
        var wanted = (wantedSeed % 8) + 1;
        var spec = Spec(wanted, surgeSeed % 4, unavailableSeed % 3);
        var (surge, unavailable) = RolloutPlan.Bounds(spec, wanted);
        var random = new Random(seed);
        var (old, fresh) = (Old(wanted, wanted), New(0, 0));
        for (var step = 0; step < 20 * wanted; step++)
        {
            var next = Next(spec, old, fresh);
            old = Resize(old, next);
            fresh = Resize(fresh, next);
            if (old.Replicas + fresh.Replicas > wanted + surge || old.Available + fresh.Available < wanted - unavailable)
            {
                return false;
            }

            if (fresh.Available < fresh.Replicas && (random.Next(2) == 0 || next.Count == 0))
            {
                fresh = fresh with { Available = fresh.Available + 1 };
            }
        }

        return old.Replicas == 0 && fresh.Replicas == wanted;
    }

    private static SetView Resize(SetView set, IReadOnlyDictionary<string, int> next)
    {
        var replicas = next.TryGetValue(set.Name, out var number) ? number : set.Replicas;
        return set with { Replicas = replicas, Existing = replicas, Available = Math.Min(set.Available, replicas) };
    }

    private static IReadOnlyDictionary<string, int> Next(MachineDeploymentSpec spec, params SetView[] sets) => RolloutPlan.Next(spec, sets);

    private static SetView Old(int replicas, int available) => new("old", false, replicas, available, replicas);

    private static SetView New(int replicas, int available) => new("new", true, replicas, available, replicas);

    private static MachineDeploymentSpec Spec(int replicas, int surge, int unavailable) => new()
    {
        Replicas = replicas,
        Strategy = new MachineDeploymentStrategy
        {
            Type = "RollingUpdate",
            RollingUpdate = new RollingUpdateMachineDeployment { MaxSurge = surge, MaxUnavailable = unavailable },
        },
    };
}
