using System.Net.WebSockets;
using System.Text;
using Hortus.Conformance.Tests.Running;
using Hortus.Pki;

namespace Hortus.Conformance.Tests;

/// <summary>The channel protocols that clients other than kubectl speak over WebSocket.</summary>
[Trait("Category", "RealParts")]
[Collection(NodeCollection.Name)]
public sealed class WebSocketTests(NodeServer server) : IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    public void Dispose() => deadline.Dispose();

    [SkippableTheory]
    [InlineData("v4.base64.channel.k8s.io", "\"reason\":\"NonZeroExitCode\"")]
    [InlineData("v4.channel.k8s.io", "\"reason\":\"NonZeroExitCode\"")]
    [InlineData("base64.channel.k8s.io", "non-zero exit code: 3")]
    [InlineData("channel.k8s.io", "non-zero exit code: 3")]
    [InlineData(null, "non-zero exit code: 3")]
    public async Task Command_reads_and_prints_by_channels(string? protocol, string outcome)
    {
        NodeServer.RequireRoot();
        using var socket = await ConnectAsync(
            await server.IdlePodAsync(), "idle", "exec?stdin=1&stdout=1&stderr=1&command=sh&command=-c&command="
            + Uri.EscapeDataString("head -c 5; echo oops >&2; exit 3"), protocol);
        var isText = protocol?.Contains("base64", StringComparison.Ordinal) == true;
        socket.SubProtocol.ShouldBe(protocol);

        // Two messages, the second in two parts that do not end where Base64 does.
        await SendAsync(socket, isText, [0, .. "ab"u8], true);
        var second = Encode(isText, [0, .. "cde"u8]);
        await SendPartAsync(socket, isText, second.AsMemory(0, 3), false);
        await SendPartAsync(socket, isText, second.AsMemory(3), true);
        var channels = await ReceiveAsync(socket, isText);

        channels[1].ShouldBe("abcde");
        channels[2].ShouldBe("oops\n");
        channels[3].ShouldContain(outcome);
    }

    [SkippableFact]
    public async Task Ports_are_forwarded_by_channels()
    {
        NodeServer.RequireRoot();
        using var socket = await ConnectAsync(
            await server.WebPodAsync(), WebPod.Name, $"portforward?ports={WebPod.HttpPort}&ports=9999", "v4.channel.k8s.io");
        await SendAsync(socket, isText: false, [0, .. "GET /hello HTTP/1.0\r\n\r\n"u8], true);

        var channels = await ReceiveAsync(socket, isText: false);

        channels[0].ShouldStartWith("\u0090\u001f"); // 8080
        channels[1].ShouldBe("\u0090\u001f");
        channels[0].ShouldContain("GET /hello by None");
        channels[2].ShouldBe("\u000f\u0027"); // 9999
        channels[3].ShouldStartWith("\u000f\u0027error forwarding port 9999");
    }

    private async Task<ClientWebSocket> ConnectAsync(string inNamespace, string pod, string what, string? protocol)
    {
        var socket = new ClientWebSocket();
        if (protocol is not null)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        var admin = server.Credentials.Admin;
        socket.Options.ClientCertificates = [Pem.ReadKeyPair(admin.CertificatePem, admin.PrivateKeyPem)];
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        await socket.ConnectAsync(
            new Uri($"wss://{server.Address.Authority}/api/v1/namespaces/{inNamespace}/pods/{pod}/{what}"), deadline.Token);
        return socket;
    }

    private Task SendAsync(ClientWebSocket socket, bool isText, byte[] message, bool isLast) =>
        SendPartAsync(socket, isText, Encode(isText, message), isLast);

    private async Task SendPartAsync(ClientWebSocket socket, bool isText, ReadOnlyMemory<byte> part, bool isLast) =>
        await socket.SendAsync(
            part, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, isLast, deadline.Token);

    private static byte[] Encode(bool isText, byte[] message) => isText
        ? Encoding.ASCII.GetBytes($"{message[0]}{Convert.ToBase64String(message.AsSpan(1))}")
        : message;

    /// <summary>All that comes until the server closes, by channel; each byte is a character.</summary>
    private async Task<string[]> ReceiveAsync(ClientWebSocket socket, bool isText)
    {
        string[] channels = ["", "", "", "", ""];
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), deadline.Token);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
                return channels;
            }

            var text = Encoding.Latin1.GetString(buffer, 1, length - 1);
            channels[isText ? buffer[0] - '0' : buffer[0]] +=
                isText ? Encoding.Latin1.GetString(Convert.FromBase64String(text)) : text;
        }
    }
}
