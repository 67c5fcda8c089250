using System.Net;
using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Probes;
using Hortus.Objects.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hortus.Kubelet.Tests;

[Trait("Category", "Integration")]
public sealed class GrpcProbeTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private byte[] asked = [];
    private WebApplication server = null!;
    private int port;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        server = builder.Build();
        server.Run(AnswerAsync);
        await server.StartAsync(deadline.Token);
        port = new Uri(server.Urls.First()).Port;
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        deadline.Dispose();
    }

    [Theory]
    [InlineData("", true, "SERVING")]
    [InlineData("db", true, "SERVING")]
    [InlineData("sick", false, "NOT_SERVING")]
    [InlineData("other", false, "gRPC status 5 unknown service")]
    public async Task Health_is_asked_for(string service, bool healthy, string message)
    {
        var outcome = await ProbeAsync(new GRPCAction { Port = port, Service = service });

        outcome.Success.ShouldBe(healthy, outcome.Message);
        outcome.Message.ShouldContain(message);
        asked.ShouldBe(service.Length == 0
            ? [0, 0, 0, 0, 0]
            : [0, 0, 0, 0, (byte)(service.Length + 2), 0x0A, (byte)service.Length, .. service.Select(c => (byte)c)]);
    }

    [Fact]
    public async Task Port_where_nobody_listens_is_no_health() =>
        (await ProbeAsync(new GRPCAction { Port = TestAuthority.FreePort() })).Success.ShouldBeFalse();

    private async Task AnswerAsync(HttpContext context)
    {
        context.Request.Path.Value.ShouldBe("/grpc.health.v1.Health/Check");
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        asked = body.ToArray();
        context.Response.ContentType = "application/grpc";
        var service = System.Text.Encoding.ASCII.GetString(asked.AsSpan(Math.Min(7, asked.Length)));
        if (service == "other")
        {
            context.Response.Headers["grpc-status"] = "5";
            context.Response.Headers["grpc-message"] = "unknown service";
            return;
        }

        await context.Response.Body.WriteAsync(
            (byte[])[0, 0, 0, 0, 2, 0x08, service == "sick" ? (byte)2 : (byte)1], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private async Task<ProbeOutcome> ProbeAsync(GRPCAction action)
    {
        var record = new ContainerRecord
        {
            Id = "1",
            PodUid = "1",
            PodNamespace = "n",
            PodName = "p",
            Name = "c",
            Image = "i",
            LogPath = "",
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        using var executor = new ProbeExecutor(
            new ProbeTarget(new Container { Name = "c" }, record, IPAddress.Loopback));
        return await executor.RunAsync(new Probe { Grpc = action, TimeoutSeconds = 30 }, deadline.Token);
    }
}
