using System.Text;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Tests.Decoding;

public class RequestDecoderTests
{
    [Fact]
    public void Json_WithDuplicates_NamesThemAndKeepsTheLast()
    {
        var body = RequestDecoder.Decode("""{"a":1,"spec":{"x":1,"list":[{"y":1,"y":2}],"x":3},"a":2}"""u8, "application/json; charset=utf-8");

        body.DuplicateFields.ShouldBe(["spec.list[0].y", "spec.x", "a"]);
        body.Object.ToJsonString().ShouldBe("""{"a":2,"spec":{"x":3,"list":[{"y":2}]}}""");
    }

    [Theory]
    [InlineData("{\"a\":1}\n}", "line 2, position 1")]
    [InlineData("{\"a\":\n  nope}", "line 2, position")]
    [InlineData("", "line 1")]
    [InlineData("null", "null")]
    public void Json_Malformed_Is400WithPlace(string text, string place)
    {
        var error = Should.Throw<ApiStatusException>(() => RequestDecoder.Decode(Encoding.UTF8.GetBytes(text), "application/json"));

        error.Code.ShouldBe(400);
        error.Message.ShouldContain(place);
    }

    [Theory]
    [InlineData("a: 1\nspec:\n  x: 1\n  x: 2\n")]
    [InlineData("""{"a": 1, "spec": {"x": 1, "x": 2}}""")]
    [InlineData("""{a: 1, spec: {x: 1, x: 2}}""")]
    public void Yaml_WithDuplicates_NamesThemAndKeepsTheLast(string text)
    {
        var body = RequestDecoder.Decode(Encoding.UTF8.GetBytes(text), "application/apply-patch+yaml");

        body.DuplicateFields.ShouldBe(["spec.x"]);
        body.Object.ToJsonString().ShouldBe("""{"a":1,"spec":{"x":2}}""");
    }

    [Theory]
    [InlineData("a: [1\nb: 2", "line ")]
    [InlineData("a: 1\n---\nb: 1\n", "found 2")]
    [InlineData("- 1\n", "line 1")]
    public void Yaml_Malformed_Is400WithPlace(string text, string place)
    {
        var error = Should.Throw<ApiStatusException>(() => RequestDecoder.Decode(Encoding.UTF8.GetBytes(text), "application/yaml"));

        error.Code.ShouldBe(400);
        error.Message.ShouldContain(place);
    }

    [Fact]
    public void Json_DeeplyNested_Is400()
    {
        var text = new string('[', 20_000);

        Should.Throw<ApiStatusException>(() => RequestDecoder.Decode(Encoding.UTF8.GetBytes(text), null)).Code.ShouldBe(400);
    }

    [Fact]
    public void ByteOrderMark_Is400()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}'];

        Should.Throw<ApiStatusException>(() => RequestDecoder.Decode(body, null)).Message.ShouldContain("byte order mark");
    }

    [Fact]
    public void InvalidUtf8_Is400WithPlace()
    {
        byte[] body = [(byte)'{', (byte)'\n', (byte)'"', 0xFF, (byte)'"'];

        Should.Throw<ApiStatusException>(() => RequestDecoder.Decode(body, null)).Message.ShouldContain("line 2, position 2");
    }

    [Fact]
    public void UnknownMediaType_Is415() =>
        Should.Throw<ApiStatusException>(() => RequestDecoder.Decode("{}"u8, "application/cbor")).Code.ShouldBe(415);

    [Fact]
    public void TooLargeBody_Is413() =>
        Should.Throw<ApiStatusException>(() => RequestDecoder.Decode(new byte[RequestDecoder.BodyBytesMax + 1], null)).Code.ShouldBe(413);

    [Fact]
    public void Body_ThatIsAList_IsNoObject() =>
        Should.Throw<ApiStatusException>(() => RequestDecoder.Decode("[]"u8, null).Object).Code.ShouldBe(400);
}
