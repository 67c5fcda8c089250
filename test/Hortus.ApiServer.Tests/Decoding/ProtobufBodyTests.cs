using System.Text;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Tests.Decoding;

public sealed class ProtobufBodyTests
{
    private const string MediaType = "application/vnd.kubernetes.protobuf";

    [Fact]
    public void Config_map_becomes_the_same_object_as_from_json()
    {
        var metadata = Field(1, [.. Field(1, "settings"), .. Field(3, ""), .. Field(8, Array.Empty<byte>()),
            .. Field(11, [.. Field(1, "app"), .. Field(2, "web")])]);
        var data = Field(2, [.. Field(1, "key"), .. Field(2, "value")]);

        var decoded = RequestDecoder.Decode(Envelope("v1", "ConfigMap", [.. metadata, .. data]), MediaType);

        decoded.Object.ToJsonString().ShouldBe(
            """{"metadata":{"name":"settings","labels":{"app":"web"}},"data":{"key":"value"},"apiVersion":"v1","kind":"ConfigMap"}""");
    }

    [Fact]
    public void Zero_that_differs_from_absence_is_kept()
    {
        var decoded = RequestDecoder.Decode(Envelope("apps/v1", "Deployment", Field(2, [0x08, 0x00])), MediaType);

        decoded.Object["spec"]!["replicas"]!.GetValue<long>().ShouldBe(0);
    }

    [Fact]
    public void Field_that_is_not_known_is_refused_with_what_to_do()
    {
        var error = Should.Throw<ApiStatusException>(
            () => RequestDecoder.Decode(Envelope("v1", "ConfigMap", Field(99, "x")), MediaType));

        error.Code.ShouldBe(415);
        error.Message.ShouldContain("field 99 of ConfigMap");
        error.Message.ShouldContain("JSON");
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0x6b, 0x38, 0x73, 0x00, 0x12, 0x7f, 0x00 })]
    [InlineData(new byte[] { 0x6b, 0x38, 0x73, 0x00, 0x0f })]
    public void Malformed_body_is_a_bad_request(byte[] body) =>
        Should.Throw<ApiStatusException>(() => RequestDecoder.Decode(body, MediaType)).Code.ShouldBe(400);

    private static byte[] Envelope(string apiVersion, string kind, byte[] raw) =>
        [.. "k8s\0"u8, .. Field(1, [.. Field(1, apiVersion), .. Field(2, kind)]), .. Field(2, raw)];

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) =>
        [.. Varint((ulong)((number << 3) | 2)), .. Varint((ulong)content.Length), .. content];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        while (value >= 0x80)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
