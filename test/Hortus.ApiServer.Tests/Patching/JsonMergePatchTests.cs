using System.Text.Json.Nodes;
using FsCheck.Xunit;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Patching;

namespace Hortus.ApiServer.Tests.Patching;

public class JsonMergePatchTests
{
    // The object cases of RFC 7386, appendix A.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Merge_FollowsTheStandard(string target, string patch, string expected) =>
        JsonMergePatch.Apply(JsonText.Obj(target), JsonText.Obj(patch)).ToJsonString().ShouldBe(expected);

    [Property]
    public bool Merge_IsIdempotent(int seedTarget, int seedPatch)
    {
        var patch = RandomJson.Object(seedPatch);
        var once = JsonMergePatch.Apply(RandomJson.Object(seedTarget), patch);
        var twice = JsonMergePatch.Apply((JsonObject)once.DeepClone(), patch);
        return JsonTree.Same(once, twice);
    }
}
