using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Tests.Meta;

public class ConditionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly DateTimeOffset Before = Now.AddHours(-1);

    private static readonly IReadOnlyList<NodeCondition> Nodes =
    [
        new NodeCondition { Type = "Ready", Status = "True", LastTransitionTime = Before, Reason = "a" },
        new NodeCondition { Type = "Disk", Status = "False", LastTransitionTime = Before },
    ];

    [Fact]
    public void Set_SameStatus_KeepsTheTransitionTime()
    {
        var set = Conditions.Set(Nodes, new NodeCondition { Type = "Ready", Status = "True", Reason = "b" }, Now);

        set[0].LastTransitionTime.ShouldBe(Before);
        set[0].Reason.ShouldBe("b");
        set.Count.ShouldBe(2);
        Nodes[0].Reason.ShouldBe("a");
    }

    [Fact]
    public void Set_OtherStatus_MovesTheTransitionTime() =>
        Conditions.Set(Nodes, new NodeCondition { Type = "Ready", Status = "False" }, Now)[0].LastTransitionTime.ShouldBe(Now);

    [Fact]
    public void Set_NewType_IsAppended()
    {
        var set = Conditions.Set<Condition>(null, new Condition { Type = "Ready", Status = "True" }, Now);

        set.ShouldHaveSingleItem().LastTransitionTime.ShouldBe(Now);
        Conditions.IsTrue(set, "Ready").ShouldBeTrue();
        Conditions.IsTrue(set, "Other").ShouldBeFalse();
    }

    [Fact]
    public void Remove_LastOne_GivesNull()
    {
        Conditions.Remove(Nodes, "Ready")!.ShouldHaveSingleItem().Type.ShouldBe("Disk");
        Conditions.Remove(Conditions.Remove(Nodes, "Ready"), "Disk").ShouldBeNull();
    }
}
