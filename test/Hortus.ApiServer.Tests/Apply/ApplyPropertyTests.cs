using System.Text.Json.Nodes;
using FsCheck.Xunit;
using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Decoding;

namespace Hortus.ApiServer.Tests.Apply;

public class ApplyPropertyTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Property]
    public bool Apply_Twice_IsANoOp(int first, int second)
    {
        var live = Apply(null, first, "a");
        live = Apply(live, second, "b");
        return Apply(live, second, "b").ToJsonString() == live.ToJsonString();
    }

    [Property]
    public bool Owner_OwnsExactlyItsLastConfig(int first, int second, int third)
    {
        var live = Apply(Apply(Apply(null, first, "a"), second, "b"), third, "a");
        var expected = FieldSets.OfConfig(Config(third), PodLike.Schema);
        var own = FieldOwners.Of(live).All.FirstOrDefault(o => o.Manager == "a");
        return own is null ? expected.IsEmpty : own.Set.SameAs(expected);
    }

    [Property]
    public bool Fields_GivenUpByTheirOnlyOwner_AreGone(int first, int second)
    {
        var alone = Apply(Apply(null, first, "a"), second, "a");
        var fresh = Apply(null, second, "a");
        alone["metadata"]!.AsObject().Remove("managedFields");
        fresh["metadata"]!.AsObject().Remove("managedFields");
        return JsonTree.Same(alone, fresh);
    }

    [Property]
    public bool Fields_OfOthers_Survive(int first, int second, int third)
    {
        var live = Apply(Apply(null, first, "a"), second, "b");
        var before = FieldOwners.Of(live).All.FirstOrDefault(o => o.Manager == "b")?.Set.ToJson() ?? [];
        var after = FieldOwners.Of(Apply(live, third, "a", force: false)).All.FirstOrDefault(o => o.Manager == "b")?.Set.ToJson() ?? [];
        return JsonTree.Same(before, after);
    }

    [Property]
    public bool FieldSets_SurviveWritingAndReading(int seed)
    {
        var set = FieldSets.OfAll(Config(seed), PodLike.Schema, Level.Root);
        return FieldSet.Parse(set.ToJson()).SameAs(set);
    }

    private static JsonObject Apply(JsonObject? live, int seed, string manager, bool force = true) =>
        FieldManagement.Apply(live, Config(seed), PodLike.Schema, new FieldWriter(manager, "v1", "", Now), force);

    /// <summary>Values depend on the field alone, so that configs differ in what they set and never conflict.</summary>
    private static JsonObject Config(int seed)
    {
        var random = new Random(seed);
        bool Toss() => random.Next(2) == 0;
        var spec = new JsonObject();
        if (Toss())
        {
            spec["replicas"] = 1;
        }

        if (Toss())
        {
            spec["tags"] = new JsonArray([.. new[] { "x", "y", "z" }.Where(_ => Toss()).Select(t => (JsonNode)t).DefaultIfEmpty("w")]);
        }

        if (Toss())
        {
            spec["containers"] = new JsonArray([.. new[] { "c", "d", "e" }.Where(_ => Toss()).Select(name =>
                (JsonNode)(Toss() ? new JsonObject { ["name"] = name, ["image"] = "i" } : new JsonObject { ["name"] = name }))
                .DefaultIfEmpty(new JsonObject { ["name"] = "f" })]);
        }

        var labels = new JsonObject { ["always"] = "1" };
        if (Toss())
        {
            labels["a"] = "1";
        }

        return new JsonObject { ["metadata"] = new JsonObject { ["name"] = "x", ["labels"] = labels }, ["spec"] = spec };
    }
}
