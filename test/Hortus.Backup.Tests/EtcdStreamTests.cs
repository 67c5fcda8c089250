using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Hortus.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hortus.Backup.Tests;

/// <summary>Against servers that say what a real etcd says only when something breaks.</summary>
[Trait("Category", "Integration")]
public sealed class EtcdStreamTests : IAsyncLifetime
{
    private static readonly byte[] Database = [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 7))];
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly List<WebApplication> servers = [];
    private readonly string file = Path.GetTempFileName();

    private CancellationToken Token => deadline.Token;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        File.Delete(file);
        deadline.Dispose();
    }

    [Theory]
    [InlineData("no hash", "database with a SHA-256 behind it")]
    [InlineData("part missing", "its SHA-256 is another one")]
    [InlineData("reset", "")]
    [InlineData("status", "no space left")]
    public async Task A_torn_stream_is_refused_and_the_next_member_asked(string way, string says)
    {
        var torn = await ServeAsync(way);
        using (var alone = new EtcdArchive(new EtcdStoreOptions { Endpoints = [torn] }, TimeProvider.System))
        {
            var fault = await Should.ThrowAsync<StoreException>(() => alone.SaveAsync(file, null, Token));
            fault.Failure.ShouldBe(StoreFailure.Unavailable);
            fault.Message.ShouldStartWith($"etcd gave no snapshot: {torn.GetLeftPart(UriPartial.Authority)}: ");
            fault.Message.ShouldContain(says);
        }

        var whole = await ServeAsync("whole");
        using var both = new EtcdArchive(new EtcdStoreOptions { Endpoints = [torn, whole] }, TimeProvider.System);
        (await both.SaveAsync(file, null, Token)).ShouldBe(7);
        (await File.ReadAllBytesAsync(file, Token)).ShouldBe([.. Database, .. SHA256.HashData(Database)]);
    }

    private async Task<Uri> ServeAsync(string way)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var server = builder.Build();
        server.MapPost("/etcdserverpb.KV/Range", async context =>
        {
            // A header (field 1) with the revision (field 3) 7.
            await AnswerAsync(context, [0x0a, 0x02, 0x18, 0x07]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        server.MapPost("/etcdserverpb.Maintenance/Snapshot", context => SnapshotAsync(context, way));
        servers.Add(server);
        await server.StartAsync(Token);
        return new Uri(server.Urls.Single());
    }

    private static async Task SnapshotAsync(HttpContext context, string way)
    {
        await AnswerAsync(context, Part(Database.AsSpan(0, 2048)));
        switch (way)
        {
            case "reset":
                context.Abort();
                return;
            case "status":
                context.Response.AppendTrailer("grpc-status", "2");
                context.Response.AppendTrailer("grpc-message", "no space left");
                return;
            case "no hash":
                break;
            case "part missing":
                await AnswerAsync(context, Part(SHA256.HashData(Database)));
                break;
            default:
                await AnswerAsync(context, Part(Database.AsSpan(2048)));
                await AnswerAsync(context, Part(SHA256.HashData(Database)));
                break;
        }

        context.Response.AppendTrailer("grpc-status", "0");
    }

    // The blob is field 3.
    private static byte[] Part(ReadOnlySpan<byte> blob) => blob.Length < 0x80
        ? [0x1a, (byte)blob.Length, .. blob]
        : [0x1a, (byte)(0x80 | (blob.Length & 0x7f)), (byte)(blob.Length >> 7), .. blob];

    private static async Task AnswerAsync(HttpContext context, byte[] message)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "application/grpc";
        }

        var header = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(1), message.Length);
        await context.Response.Body.WriteAsync((byte[])[.. header, .. message], context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
