using System.Text.Json.Nodes;
using Hortus.ApiServer.Patching;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Tests.Patching;

public class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"add","path":"/a/c","value":2}]""", """{"a":{"b":1,"c":2}}""")]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":null}]""", """{"a":[1,null]}""")]
    [InlineData("""{"a":1,"b":2}""", """[{"op":"remove","path":"/a"}]""", """{"b":2}""")]
    [InlineData("""{"a":[1,2]}""", """[{"op":"remove","path":"/a/0"}]""", """{"a":[2]}""")]
    [InlineData("""{"a/b":1,"m~n":2}""", """[{"op":"replace","path":"/a~1b","value":3},{"op":"replace","path":"/m~0n","value":4}]""", """{"a/b":3,"m~n":4}""")]
    [InlineData("""{"a":{"x":1},"b":{}}""", """[{"op":"move","from":"/a/x","path":"/b/y"}]""", """{"a":{},"b":{"y":1}}""")]
    [InlineData("""{"a":{"x":1}}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"a":{"x":1},"b":{"x":1}}""")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1.0},{"op":"test","path":"/b","value":null}]""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":{"z":1}}]""", """{"z":1}""")]
    [InlineData("""{"":{"":1}}""", """[{"op":"replace","path":"//","value":2}]""", """{"":{"":2}}""")]
    public void Operations_ThatFit_ChangeTheDocument(string document, string patch, string expected) =>
        JsonPatch.Parse(JsonNode.Parse(patch)).Apply(JsonNode.Parse(document)!).ToJsonString().ShouldBe(expected);

    [Theory]
    [InlineData("""[{"op":"test","path":"/a","value":2}]""")]
    [InlineData("""[{"op":"test","path":"/x","value":2}]""")]
    [InlineData("""[{"op":"remove","path":"/x"}]""")]
    [InlineData("""[{"op":"replace","path":"/x","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/x/y","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/5","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/l/01","value":1}]""")]
    [InlineData("""[{"op":"move","from":"/o","path":"/o/p"}]""")]
    [InlineData("""[{"op":"copy","from":"/x","path":"/y"}]""")]
    public void Operations_ThatDoNotFit_Are422(string patch)
    {
        var error = Should.Throw<ApiStatusException>(
            () => JsonPatch.Parse(JsonNode.Parse(patch)).Apply(JsonText.Obj("""{"a":1,"l":[1],"o":{}}""")));

        error.Code.ShouldBe(422);
        error.Message.ShouldContain("operation 0");
    }

    [Theory]
    [InlineData("""{"op":"add"}""")]
    [InlineData("""["x"]""")]
    [InlineData("""[{"op":"add","path":"/a"}]""")]
    [InlineData("""[{"op":"add","path":"a","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/~2","value":1}]""")]
    [InlineData("""[{"op":"merge","path":"/a","value":1}]""")]
    [InlineData("""[{"op":"copy","path":"/a"}]""")]
    public void Malformed_Is400(string patch) =>
        Should.Throw<ApiStatusException>(() => JsonPatch.Parse(JsonNode.Parse(patch))).Code.ShouldBe(400);

    [Fact]
    public void TooManyOperations_Is413()
    {
        var items = new JsonArray([.. Enumerable.Range(0, JsonPatch.OperationsMax + 1).Select(_ => (JsonNode)new JsonObject())]);

        Should.Throw<ApiStatusException>(() => JsonPatch.Parse(items)).Code.ShouldBe(413);
    }

    [Fact]
    public void Copies_ThatGrowWithoutBound_Are413()
    {
        var operations = Enumerable.Repeat("""{"op":"copy","from":"/a","path":"/a/-"}""", 40);
        var patch = JsonPatch.Parse(JsonNode.Parse($"[{string.Join(',', operations)}]"));

        Should.Throw<ApiStatusException>(() => patch.Apply(JsonText.Obj("""{"a":[1]}"""))).Code.ShouldBe(413);
    }

    [Fact]
    public void Patch_AppliedTwice_DoesNotShareValues()
    {
        var patch = JsonPatch.Parse(JsonNode.Parse("""[{"op":"add","path":"/o","value":{"x":1}}]"""));
        var first = patch.Apply(new JsonObject());
        var second = patch.Apply(new JsonObject());

        ((JsonObject)first["o"]!)["x"] = 5;

        second.ToJsonString().ShouldBe("""{"o":{"x":1}}""");
    }
}
