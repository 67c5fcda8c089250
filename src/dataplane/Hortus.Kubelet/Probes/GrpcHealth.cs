using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Hortus.Kubelet.Probes;

/// <summary>Asks a program whether it is healthy by gRPC's own protocol for that (<c>grpc.health.v1.Health</c>), over
/// HTTP/2 without TLS.</summary>
internal static class GrpcHealth
{
    private const int HeadBytes = 5;
    private const int AnswerBytesMax = 1024;
    private const byte ServiceField = (1 << 3) | 2;
    private const byte StatusField = 1 << 3;
    private static readonly string[] States = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

    /// <summary>Asks once.</summary>
    /// <param name="http">Reaches the program.</param>
    /// <param name="server">Its address.</param>
    /// <param name="service">Which of its services; empty for the program as a whole.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public static async Task<ProbeOutcome> AskAsync(
        HttpClient http, Uri server, string service, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, "/grpc.health.v1.Health/Check"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Message(service)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[AnswerBytesMax];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        var code = Value(answer.TrailingHeaders, "grpc-status") ?? Value(answer.Headers, "grpc-status");
        if (answer.StatusCode != HttpStatusCode.OK || code != "0")
        {
            var message = Value(answer.TrailingHeaders, "grpc-message") ?? Value(answer.Headers, "grpc-message");
            return new ProbeOutcome(
                false, $"{server}: HTTP status {(int)answer.StatusCode}, gRPC status {code ?? "missing"} {message}".TrimEnd());
        }

        var state = StateOf(bytes.AsSpan(0, length));
        var name = state >= 0 && state < States.Length ? States[state] : "no health";
        return new ProbeOutcome(name == "SERVING", $"{server}: service \"{service}\" says {name}");
    }

    // One byte for "not compressed", the length, and the only field of the message.
    private static byte[] Message(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        if (name.Length is 0 or > 127)
        {
            return new byte[HeadBytes];
        }

        return [0, 0, 0, 0, (byte)(name.Length + 2), ServiceField, (byte)name.Length, .. name];
    }

    private static int StateOf(ReadOnlySpan<byte> message) => message switch
    {
        { Length: HeadBytes } => 0,
        [0, 0, 0, 0, _, StatusField, var state, ..] => state,
        _ => -1,
    };

    private static string? Value(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.First() : null;
}
