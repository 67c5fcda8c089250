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
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","labels":{"app":"web"}},"data":{"key":"value"}}""");
    }

    [Fact]
    public void Event_of_the_newer_group_has_its_own_numbers()
    {
        byte[] fields = [.. Field(4, "example.org/c"), .. Field(8, Field(3, "pod")), .. Field(10, "text"), 0x78, 0x02];

        var decoded = RequestDecoder.Decode(Envelope("events.k8s.io/v1", "Event", fields), MediaType).Object;

        decoded["reportingController"]!.ToString().ShouldBe("example.org/c");
        decoded["regarding"]!["name"]!.ToString().ShouldBe("pod");
        decoded["note"]!.ToString().ShouldBe("text");
        decoded["deprecatedCount"]!.ToString().ShouldBe("2");
    }

    [Fact]
    public void Zero_that_differs_from_absence_is_kept()
    {
        var decoded = RequestDecoder.Decode(Envelope("apps/v1", "Deployment", Field(2, [0x08, 0x00])), MediaType);

        decoded.Object["spec"]!["replicas"]!.GetValue<long>().ShouldBe(0);
    }

    [Fact]
    public void Field_of_a_newer_client_is_left_out()
    {
        var decoded = RequestDecoder.Decode(Envelope("v1", "ConfigMap", Field(99, "x")), MediaType);

        decoded.Object.ToJsonString().ShouldBe("""{"apiVersion":"v1","kind":"ConfigMap"}""");
    }

    [Fact]
    public void Kind_that_is_not_known_is_refused_with_what_to_do()
    {
        var error = Should.Throw<ApiStatusException>(
            () => RequestDecoder.Decode(Envelope("example.org/v1", "Rose", Field(1, "x")), MediaType));

        error.Code.ShouldBe(415);
        error.Message.ShouldContain("Rose of example.org/v1");
        error.Message.ShouldContain("application/json");
    }

    [Fact]
    public void Embedded_structs_integers_or_texts_quantities_and_wrapped_lists_take_their_json_form()
    {
        var probe = Field(1, Field(2, [.. Field(1, "/healthz"), .. Field(2, [0x08, 0x00, 0x10, 0x50, .. Field(3, "")])]));
        var limits = Field(8, Field(1, [.. Field(1, "cpu"), .. Field(2, Field(1, "500m"))]));
        var spec = Field(2, [.. Field(1, "c"), .. limits, .. Field(10, probe)]);

        var decoded = RequestDecoder.Decode(Envelope("v1", "Pod", Field(2, spec)), MediaType);

        decoded.Object["spec"]!.ToJsonString().ShouldBe(
            """{"containers":[{"name":"c","resources":{"limits":{"cpu":"500m"}},"livenessProbe":"""
            + """{"httpGet":{"path":"/healthz","port":80}}}]}""");
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
