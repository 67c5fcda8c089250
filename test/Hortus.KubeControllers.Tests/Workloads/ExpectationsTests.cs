using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.KubeControllers.Tests.Workloads;

public sealed class ExpectationsTests
{
    private static readonly ObjectKey Owner = new("ns", "owner");
    private readonly FakeTimeProvider clock = new();

    [Fact]
    public void Creation_IsMetWhenTheCacheShowsIt()
    {
        var expectations = new Expectations(clock);
        expectations.ExpectCreation(Owner, new("ns", "pod"));
        expectations.AreMet(Owner).ShouldBeFalse();

        expectations.Observe(null, Pod("pod", "1"));

        expectations.AreMet(Owner).ShouldBeTrue();
    }

    [Fact]
    public void Creation_OfAPodDeletedBeforeAnybodyLooked_IsMet()
    {
        var expectations = new Expectations(clock);
        expectations.ExpectCreation(Owner, new("ns", "pod"));

        expectations.Observe(Pod("pod", "1"), null);

        expectations.AreMet(Owner).ShouldBeTrue();
    }

    [Fact]
    public void Deletion_IsMetWhenThePodIsMarked_AndNotByOtherChanges()
    {
        var expectations = new Expectations(clock);
        expectations.ExpectDeletion(Owner, "1");
        expectations.Observe(Pod("pod", "1"), Pod("pod", "1"));
        expectations.AreMet(Owner).ShouldBeFalse();

        expectations.Observe(Pod("pod", "1"), Pod("pod", "1", deleting: true));

        expectations.AreMet(Owner).ShouldBeTrue();
    }

    [Fact]
    public void Failure_EndsTheExpectation()
    {
        var expectations = new Expectations(clock);
        expectations.ExpectCreation(Owner, new("ns", "pod"));
        expectations.ExpectDeletion(Owner, "1");

        expectations.CreationFailed(new("ns", "pod"));
        expectations.DeletionFailed("1");

        expectations.AreMet(Owner).ShouldBeTrue();
    }

    [Fact]
    public void Patience_Ends()
    {
        var expectations = new Expectations(clock);
        expectations.ExpectCreation(Owner, new("ns", "pod"));

        clock.Advance(Expectations.Patience);

        expectations.AreMet(Owner).ShouldBeTrue();
    }

    private static Pod Pod(string name, string uid, bool deleting = false) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "ns",
            Name = name,
            Uid = uid,
            DeletionTimestamp = deleting ? DateTimeOffset.UnixEpoch : null,
        },
    };
}
