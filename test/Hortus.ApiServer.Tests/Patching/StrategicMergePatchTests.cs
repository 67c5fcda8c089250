using System.Text.Json.Nodes;
using Hortus.ApiServer.Patching;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Patching;

public class StrategicMergePatchTests
{
    private static readonly SchemaNode Schema = PodLike.Schema;

    [Theory]
    [InlineData(
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}}""",
        """{"spec":{"containers":[{"name":"b","image":"2"},{"name":"c","image":"3"}]}}""",
        """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"},{"name":"c","image":"3"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"$patch":"delete","name":"a"}]}}""",
        """{"spec":{"containers":[{"name":"b"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"c"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"b"},{"name":"a"}],"containers":[{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"c"},{"name":"b"},{"name":"a"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""",
        """{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}""")]
    [InlineData(
        """{"metadata":{"finalizers":["x","y"]}}""",
        """{"metadata":{"$deleteFromPrimitiveList/finalizers":["x"],"finalizers":["z"]}}""",
        """{"metadata":{"finalizers":["z","y"]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"n"}]}}""",
        """{"spec":{"containers":[{"name":"n"},{"name":"a"},{"name":"b"}]}}""")]
    [InlineData(
        """{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}""",
        """{"spec":{"containers":[{"name":"n"},{"name":"b"}]}}""",
        """{"spec":{"containers":[{"name":"n"},{"name":"a"},{"name":"b"},{"name":"c"}]}}""")]
    [InlineData(
        """{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}""",
        """{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}""",
        """{"spec":{"strategy":{"type":"Recreate"}}}""")]
    [InlineData(
        """{"spec":{"nodeSelector":{"a":"1"}}}""",
        """{"spec":{"$patch":"replace","nodeSelector":{"":null,"b":"2"}}}""",
        """{"spec":{"nodeSelector":{"":null,"b":"2"}}}""")]
    [InlineData(
        """{"spec":{"nodeSelector":{"a":"1"}}}""",
        """{"spec":{"nodeSelector":{"$patch":"replace","b":"2"}}}""",
        """{"spec":{"nodeSelector":{"b":"2"}}}""")]
    [InlineData(
        """{"spec":{"nodeSelector":{"a":"1"},"replicas":1}}""",
        """{"spec":{"nodeSelector":{"$patch":"delete"},"replicas":null}}""",
        """{"spec":{}}""")]
    [InlineData(
        """{"spec":{"args":["a","b"]}}""",
        """{"spec":{"args":["c"]}}""",
        """{"spec":{"args":["c"]}}""")]
    [InlineData(
        """{"spec":{}}""",
        """{"spec":{"containers":[{"name":"a","image":null,"ports":[{"containerPort":1},{"$patch":"delete","containerPort":2}]}]}}""",
        """{"spec":{"containers":[{"name":"a","ports":[{"containerPort":1}]}]}}""")]
    [InlineData(
        """{"unknown":{"x":[1],"y":1}}""",
        """{"unknown":{"x":[2]}}""",
        """{"unknown":{"x":[2],"y":1}}""")]
    public void Patch_MergesBySchema(string target, string patch, string expected) =>
        StrategicMergePatch.Apply(JsonText.Obj(target), JsonText.Obj(patch), Schema).ToJsonString().ShouldBe(JsonText.Compact(expected));

    [Theory]
    [InlineData("""{"spec":{"$patch":"upsert"}}""")]
    [InlineData("""{"spec":{"containers":[{"image":"x"}]}}""")]
    [InlineData("""{"spec":{"$oops":1}}""")]
    [InlineData("""{"spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":{}}}}""")]
    [InlineData("""{"metadata":{"$deleteFromPrimitiveList/finalizers":"x"}}""")]
    public void Patch_WithBadDirective_Is400(string patch) =>
        Should.Throw<ApiStatusException>(() => StrategicMergePatch.Apply(JsonText.Obj("{}"), JsonText.Obj(patch), Schema)).Code.ShouldBe(400);

    [Fact]
    public void Patch_IsNotChangedByApplying()
    {
        var patch = JsonText.Obj("""{"spec":{"containers":[{"name":"a","env":[{"name":"x","value":"1"}]}]}}""");
        var before = patch.ToJsonString();

        var first = StrategicMergePatch.Apply([], patch, Schema);
        ((JsonArray)first["spec"]!["containers"]!).Clear();

        patch.ToJsonString().ShouldBe(before);
    }
}
