using System.Buffers.Binary;
using System.Net;
using Hortus.Pki;
using Hortus.Testing;

namespace Hortus.ApiServer.Tests.Hosting;

/// <summary>What answers look like on the wire, below HTTP.</summary>
[Trait("Category", "Integration")]
public sealed class TlsRecordTests : IDisposable
{
    private const int HeaderSize = 5;
    private const int FullRecord = 16 * 1024;
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    [Fact]
    public async Task A_large_answer_comes_in_full_records()
    {
        var authority = CertificateAuthority.Create("serving", TimeSpan.FromDays(1), TimeProvider.System);
        var shown = authority.Issue(CertificateSpec.Server("kube-apiserver", "127.0.0.1"));
        using var certificate = Pem.ReadKeyPair(shown.CertificatePem, shown.PrivateKeyPem);
        await using var server = await InProcessApiServer.StartSecureAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"] }, [], certificate, deadline.Token);

        var records = Records(await AnswerOnTheWireAsync(server.Address, "/openapi/v2"));

        var total = records.Sum();
        total.ShouldBeGreaterThan(10 * FullRecord);
        records.Where(size => size >= FullRecord).Sum().ShouldBeGreaterThan(total * 8 / 10);
    }

    public void Dispose() => deadline.Dispose();

    private async Task<byte[]> AnswerOnTheWireAsync(Uri server, string path)
    {
        var sent = new MemoryStream();
        await using var relay = new TcpRelay(server) { Answered = bytes => sent.Write(bytes.Span) };
        using var trusting = new SocketsHttpHandler();
        trusting.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        using var client = new HttpClient(trusting) { BaseAddress = relay.Address, DefaultRequestVersion = HttpVersion.Version20 };
        await client.GetByteArrayAsync(new Uri(path, UriKind.Relative), deadline.Token);
        return sent.ToArray();
    }

    // Sizes of the records, by their headers (RFC 8446, section 5.1).
    private static List<int> Records(ReadOnlySpan<byte> bytes)
    {
        var sizes = new List<int>();
        while (bytes.Length >= HeaderSize)
        {
            var size = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
            sizes.Add(size);
            bytes = bytes[(HeaderSize + size)..];
        }

        return sizes;
    }
}
