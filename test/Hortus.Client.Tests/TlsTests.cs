using System.Net;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Hortus.Client.Tests;

[Trait("Category", "Integration")]
public sealed class TlsTests : IAsyncLifetime
{
    private readonly CertificateAuthority authority =
        CertificateAuthority.Create("ca", TimeSpan.FromDays(1), TimeProvider.System);

    private WebApplication server = null!;
    private int port;

    private static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public async Task InitializeAsync()
    {
        var pair = authority.Issue(CertificateSpec.Server("apiserver", "localhost"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = Pem.ReadKeyPair(pair.CertificatePem, pair.PrivateKeyPem);
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        })));
        builder.WebHost.UseKestrelHttpsConfiguration();
        server = builder.Build();
        server.MapGet("/api/v1/namespaces/{name}", (HttpContext context) => Results.Json(new
        {
            metadata = new
            {
                name = context.Connection.ClientCertificate is { } c ? CertificateSubject.Of(
                    c).CommonName : "anonymous",
                annotations = new { protocol = context.Request.Protocol },
            },
        }));
        await server.StartAsync();
        var addresses = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        port = new Uri(addresses.Addresses.First()).Port;
    }

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task The_kubeconfigs_authority_is_trusted_and_the_client_certificate_is_shown_over_HTTP_2()
    {
        var user = authority.Issue(CertificateSpec.Client("alice"));
        var config = KubeConfig.ForClientCertificate(
            "x", $"https://localhost:{port}", authority.CertificatePem, user.CertificatePem, user.PrivateKeyPem);

        var seen = await AskAsync(config.Connect());

        seen.Metadata.Name.ShouldBe("alice");
        seen.Metadata.Annotations!["protocol"].ShouldBe("HTTP/2");
    }

    [Fact]
    public async Task Another_authority_is_not_trusted()
    {
        var other = CertificateAuthority.Create("ca", TimeSpan.FromDays(1), TimeProvider.System);

        await Should.ThrowAsync<HttpRequestException>(() => AskAsync(Connection("localhost", other)));
    }

    [Fact]
    public async Task The_host_name_must_match_unless_another_is_expected()
    {
        await Should.ThrowAsync<HttpRequestException>(() => AskAsync(Connection("127.0.0.1", authority)));

        (await AskAsync(Connection(
            "127.0.0.1", authority) with
        { TlsServerName = "localhost" })).Metadata.Name.ShouldBe("anonymous");
    }

    [Fact]
    public async Task An_insecure_connection_takes_any_certificate()
    {
        var connection = Connection("127.0.0.1", authority) with { CertificateAuthorityPem = null };

        await Should.ThrowAsync<HttpRequestException>(() => AskAsync(connection));
        (await AskAsync(connection with { InsecureSkipTlsVerify = true })).Metadata.Name.ShouldBe("anonymous");
    }

    private ClientConnection Connection(string host, CertificateAuthority trusted) => new()
    {
        Server = new Uri($"https://{host}:{port}"),
        CertificateAuthorityPem = trusted.CertificatePem,
    };

    private static async Task<Namespace> AskAsync(ClientConnection connection)
    {
        using var client = new KubernetesClient(connection, new ClientOptions { UserAgent = "test" });
        return await client.GetAsync<Namespace>(ObjectKey.Cluster("me"), Deadline);
    }
}
