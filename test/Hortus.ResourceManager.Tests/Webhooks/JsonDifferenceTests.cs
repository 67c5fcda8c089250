using System.Text.Json.Nodes;
using Hortus.ApiServer.Patching;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Tests.Webhooks;

public sealed class JsonDifferenceTests
{
    [Theory]
    [InlineData("{}", "{}", 0)]
    [InlineData("""{"a":1,"b":[1,{"c":2}]}""", """{"b":[1,{"c":2}],"a":1}""", 0)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", 1)]
    [InlineData("""{"a":null}""", """{}""", 1)]
    [InlineData("""{}""", """{"a":null}""", 1)]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"c":3,"d":4}}""", 3)]
    [InlineData("""{"a":[1,2,3,4]}""", """{"a":[1]}""", 3)]
    [InlineData("""{"a":[1]}""", """{"a":[2,3,{"x":[]}]}""", 3)]
    [InlineData("""{"a":[[1],[2]]}""", """{"a":[[],[2,3]]}""", 2)]
    [InlineData("""{"a/b":1,"~":{"/~":2}}""", """{"a/b":2,"~":{"/~":3}}""", 2)]
    [InlineData("""{"a":[]}""", """{"a":{}}""", 1)]
    [InlineData("""{"":{"":1}}""", """{"":{"":2}}""", 1)]
    public void Applying_the_difference_gives_the_other_object(string old, string current, int operations)
    {
        var before = JsonNode.Parse(old)!.AsObject();
        var after = JsonNode.Parse(current)!.AsObject();

        var patch = JsonDifference.Between(before, after);

        patch.Count.ShouldBe(operations);
        JsonNode.DeepEquals(JsonPatch.Parse(patch).Apply(before.DeepClone()), after).ShouldBeTrue(patch.ToJsonString());
    }
}
