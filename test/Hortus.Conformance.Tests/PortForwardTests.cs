using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>kubectl port-forward, over SPDY inside WebSocket (its default) and over SPDY.</summary>
[Trait("Category", "RealParts")]
[Collection(NodeCollection.Name)]
public sealed class PortForwardTests(NodeServer server)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Transports => StreamingKubectl.Transports;

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Many_connections_to_several_ports_carry_much(string transport)
    {
        const int Length = 4 << 20;
        NodeServer.RequireRoot();
        using var deadline = new CancellationTokenSource(Deadline);
        var kubectl = new StreamingKubectl(server, await server.WebPodAsync(), transport);
        using var run = kubectl.Start("port-forward", $"pod/{WebPod.Name}", $":{WebPod.HttpPort}", $":{WebPod.EchoPort}");
        try
        {
            var ports = await PortsAsync(run, 2, deadline.Token);
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports[WebPod.HttpPort]}") };

            var answers = await Task.WhenAll(Enumerable.Range(0, 10)
                .Select(_ => http.GetByteArrayAsync(new Uri($"big?{Length}", UriKind.Relative), deadline.Token)));
            answers.ShouldAllBe(a => a.Length == Length);
            answers[9].AsSpan().IndexOf("f0123456789abcdef0"u8).ShouldBe(15);
            var echoes = await Task.WhenAll(Enumerable.Range(0, 4)
                .Select(_ => EchoAsync(ports[WebPod.EchoPort], 10 << 20, deadline.Token)));
            echoes.ShouldAllBe(same => same);
        }
        finally
        {
            run.Kill();
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Port_where_nobody_listens_is_told(string transport)
    {
        NodeServer.RequireRoot();
        using var deadline = new CancellationTokenSource(Deadline);
        var kubectl = new StreamingKubectl(server, await server.WebPodAsync(), transport);
        using var run = kubectl.Start("port-forward", $"pod/{WebPod.Name}", ":9999");
        try
        {
            var ports = await PortsAsync(run, 1, deadline.Token);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, ports[9999], deadline.Token);

            (await ReceiveAllAsync(socket, deadline.Token)).ShouldBeEmpty();
            string? line;
            do
            {
                line = await run.StandardError.ReadLineAsync(deadline.Token);
                line.ShouldNotBeNull("kubectl says nothing of the refusal");
            }
            while (!line.Contains("refused", StringComparison.OrdinalIgnoreCase));

            line.ShouldContain("forwarding port 9999");
        }
        finally
        {
            run.Kill();
        }
    }

    [SkippableFact]
    public async Task Service_is_forwarded_too()
    {
        NodeServer.RequireRoot();
        using var deadline = new CancellationTokenSource(Deadline);
        var kubectl = new StreamingKubectl(server, await server.WebPodAsync(), StreamingKubectl.WebSocket);
        using var run = kubectl.Start("port-forward", $"service/{WebPod.Name}", ":http");
        try
        {
            var ports = await PortsAsync(run, 1, deadline.Token);
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports.Values.Single()}") };

            (await http.GetStringAsync(new Uri("hello", UriKind.Relative), deadline.Token)).ShouldStartWith("GET /hello");
        }
        finally
        {
            run.Kill();
        }
    }

    /// <summary>Local ports by ports of the pod, from what kubectl says.</summary>
    private static async Task<IReadOnlyDictionary<int, int>> PortsAsync(
        Process run, int count, CancellationToken cancellationToken)
    {
        const string Prefix = "Forwarding from 127.0.0.1:";
        var ports = new Dictionary<int, int>();
        while (ports.Count < count)
        {
            var line = await run.StandardOutput.ReadLineAsync(cancellationToken)
                ?? throw new InvalidOperationException(await run.StandardError.ReadToEndAsync(cancellationToken));
            if (line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                var words = line[Prefix.Length..].Split(" -> ");
                ports[int.Parse(words[1], CultureInfo.InvariantCulture)] = int.Parse(words[0], CultureInfo.InvariantCulture);
            }
        }

        return ports;
    }

    private static async Task<bool> EchoAsync(int port, int length, CancellationToken cancellationToken)
    {
        var data = RandomNumberGenerator.GetBytes(length);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        var sending = Task.Run(async () =>
        {
            for (var sent = 0; sent < length;)
            {
                sent += await socket.SendAsync(data.AsMemory(sent), cancellationToken);
            }

            socket.Shutdown(SocketShutdown.Send);
        }, cancellationToken);
        var received = await ReceiveAllAsync(socket, cancellationToken);
        await sending;
        return received.AsSpan().SequenceEqual(data);
    }

    private static async Task<byte[]> ReceiveAllAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var received = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            received.Write(buffer, 0, read);
        }

        return received.ToArray();
    }
}
