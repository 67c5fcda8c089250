using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Objects;
using Hortus.Pki;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ApiServer.Tests.Hosting;

[Trait("Category", "Integration")]
public sealed class ApiServerComponentTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-apiserver-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Objects_and_certificate_outlive_a_restart()
    {
        var options = Options();
        string? thumbprint = null;
        await WhileServingAsync(options, async (client, certificate) =>
        {
            thumbprint = certificate()?.Thumbprint;
            using var body = new StringContent(ApiFixture.ConfigMap("lasting"), Encoding.UTF8, "application/json");
            (await client.PostAsync(new Uri("api/v1/namespaces/default/configmaps", UriKind.Relative), body)).StatusCode
                .ShouldBe(HttpStatusCode.Created);
        });

        await WhileServingAsync(options, async (client, certificate) =>
        {
            (await client.GetAsync(new Uri("api/v1/namespaces/default/configmaps/lasting", UriKind.Relative))).StatusCode
                .ShouldBe(HttpStatusCode.OK);
            certificate()!.Thumbprint.ShouldBe(thumbprint);
        });
    }

    [Fact]
    public async Task Token_of_nobody_is_unauthorized_and_no_token_is_anonymous()
    {
        await WhileServingAsync(Options(), async (client, _) =>
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
            (await client.GetAsync(new Uri("readyz", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            client.DefaultRequestHeaders.Authorization = null;
            (await client.GetAsync(new Uri("readyz", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await client.GetAsync(new Uri("api/v1/secrets", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        });
    }

    [Fact]
    public async Task Client_certificate_names_user_and_groups()
    {
        var authority = CertificateAuthority.Create("clients", TimeSpan.FromDays(1), TimeProvider.System);
        var file = Path.Combine(folder, "clients.crt");
        await File.WriteAllTextAsync(file, authority.CertificatePem);
        var pair = authority.Issue(CertificateSpec.Client("alice", "system:masters"));
        using var identity = X509CertificateLoader.LoadPkcs12(
            Pem.ReadKeyPair(pair.CertificatePem, pair.PrivateKeyPem).Export(X509ContentType.Pkcs12), null);

        await WhileServingAsync(
            Options() with { ClientCaFile = file },
            async (client, _) =>
            {
                client.DefaultRequestHeaders.Authorization = null;
                (await client.GetAsync(new Uri("api/v1/secrets", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
            },
            identity);
    }

    [Fact]
    public async Task Port_in_use_is_told_in_one_line_with_the_way_out()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        (await FailureAsync(Options() with { SecurePort = port })).ShouldBe(
            $"cannot listen on 127.0.0.1:{port}: the port is in use; stop what holds it or choose another with --secure-port");
    }

    [Fact]
    public async Task Faulty_options_are_told_by_the_name_of_their_flag()
    {
        (await FailureAsync(Options() with { SecurePort = 99999 })).ShouldContain("--secure-port 99999 is no port");
        (await FailureAsync(Options() with { BindAddress = "192.0.2.1" })).ShouldContain("--bind-address");
        (await FailureAsync(Options() with { TokenAuthFile = "/nowhere/tokens" })).ShouldContain("--token-auth-file /nowhere/tokens");
        (await FailureAsync(Options() with { TlsCertFile = "/nowhere/crt", TlsPrivateKeyFile = "/nowhere/key" }))
            .ShouldContain("--tls-cert-file");
        (await FailureAsync(Options() with { DataDir = "/proc/nowhere" })).ShouldContain("name a folder that can be written");
    }

    [Fact]
    public async Task Clock_of_before_the_servers_time_stops_the_start()
    {
        var component = new ApiServerComponent(
            [], new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch), NullLoggerFactory.Instance);

        (await Should.ThrowAsync<IOException>(component.RunAsync(Options(), CancellationToken.None)))
            .Message.ShouldContain("the clock of this machine says 1970-01-01");
    }

    private static async Task<string> FailureAsync(ApiServerOptions options)
    {
        using var deadline = ApiFixture.Deadline();
        var running = new ApiServerComponent([], TimeProvider.System, NullLoggerFactory.Instance).RunAsync(options, deadline.Token);
        var failure = await Should.ThrowAsync<Exception>(running);
        failure.ShouldBeAssignableTo<Exception>().ShouldNotBeOfType<OperationCanceledException>();
        failure.Message.ShouldNotContain("\n");
        return failure.Message;
    }

    private ApiServerOptions Options()
    {
        var tokens = Path.Combine(folder, "tokens.csv");
        File.WriteAllText(tokens, "secret,admin,1,\"system:masters\"\n");
        return new ApiServerOptions
        {
            BindAddress = "127.0.0.1",
            SecurePort = FreePort(),
            CertDir = Path.Combine(folder, "certs"),
            DataDir = Path.Combine(folder, "data"),
            TokenAuthFile = tokens,
        };
    }

    private static async Task WhileServingAsync(
        ApiServerOptions options,
        Func<HttpClient, Func<X509Certificate2?>, Task> test,
        X509Certificate2? identity = null)
    {
        using var stop = ApiFixture.Deadline();
        var component = new ApiServerComponent([], TimeProvider.System, NullLoggerFactory.Instance);
        var running = component.RunAsync(options, stop.Token);
        X509Certificate2? seen = null;
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
            {
                seen = X509CertificateLoader.LoadCertificate(certificate!.RawData);
                return true;
            },
        };
        if (identity is not null)
        {
            handler.ClientCertificates.Add(identity);
        }

        using var client = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{options.SecurePort}/") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        await UntilReadyAsync(client, running, stop.Token);
        await test(client, () => seen);
        await stop.CancelAsync();
        await running;
    }

    private static async Task UntilReadyAsync(HttpClient client, Task running, CancellationToken cancellationToken)
    {
        while (!running.IsCompleted)
        {
            try
            {
                if ((await client.GetAsync(new Uri("readyz", UriKind.Relative), cancellationToken)).IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
        }

        await running;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
