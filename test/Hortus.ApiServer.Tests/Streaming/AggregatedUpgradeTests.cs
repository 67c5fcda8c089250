using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hortus.Pki;
using Hortus.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Tests.Streaming;

/// <summary>Connections that change their protocol on the way to the server of an aggregated API.</summary>
[Trait("Category", "Integration")]
public sealed class AggregatedUpgradeTests : IAsyncLifetime
{
    private const string GroupPath = "/apis/echo.example/v1";
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private WebApplication behind = null!;
    private InProcessApiServer host = null!;

    public async Task InitializeAsync()
    {
        var authority = CertificateAuthority.Create("echo", TimeSpan.FromDays(1), TimeProvider.System);
        var pair = authority.Issue(CertificateSpec.Server("echo", "echo.default.svc"));
        using var ephemeral = X509Certificate2.CreateFromPem(pair.CertificatePem, pair.PrivateKeyPem);
        var certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        behind = await StartBehindAsync(certificate);
        host = await InProcessApiServer.StartAsync(deadline.Token);
        await RegisterAsync(authority.CertificatePem);
        while ((await host.Client.GetAsync(GroupPath, deadline.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await behind.DisposeAsync();
        deadline.Dispose();
    }

    [Theory]
    [InlineData("SPDY/3.1")]
    [InlineData("websocket")]
    public async Task Bytes_pass_both_ways_after_the_switch_until_one_side_ends_it(string protocol)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, host.Address.Port, deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {GroupPath}/namespaces/default/echoes/one/stream?x=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
            + $"Upgrade: {protocol}\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n"), deadline.Token);

        var head = await ReadUntilAsync(stream, "\r\n\r\n");
        await stream.WriteAsync("ping"u8.ToArray(), deadline.Token);
        var echoed = await ReadUntilAsync(stream, "ping");
        await stream.WriteAsync("quit"u8.ToArray(), deadline.Token);

        head.ShouldStartWith("HTTP/1.1 101");
        head.ShouldContain($"Upgrade: {protocol}");
        head.ShouldContain("X-Seen: POST /apis/echo.example/v1/namespaces/default/echoes/one/stream?x=1 v4.channel.k8s.io");
        echoed.ShouldBe("ping");
        (await stream.ReadAsync(new byte[1], deadline.Token)).ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_of_the_switch_is_passed_on_as_it_is()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{GroupPath}/namespaces/default/echoes/none/stream");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");

        using var response = await host.Client.SendAsync(request, deadline.Token);

        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await response.Content.ReadAsStringAsync(deadline.Token)).ShouldBe("not this one");
    }

    private async Task<string> ReadUntilAsync(NetworkStream stream, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            (await stream.ReadAsync(buffer, deadline.Token)).ShouldBe(1, text.ToString());
            text.Append((char)buffer[0]);
        }

        return text.ToString();
    }

    private static async Task AnswerAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(
                """{"kind":"APIResourceList","apiVersion":"v1","groupVersion":"echo.example/v1","resources":[]}""");
            return;
        }

        if (http.Request.Path.Value!.Contains("/none/", StringComparison.Ordinal))
        {
            http.Response.StatusCode = 403;
            await http.Response.WriteAsync("not this one");
            return;
        }

        http.Response.Headers.Upgrade = http.Request.Headers.Upgrade;
        http.Response.Headers["X-Seen"] =
            $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {http.Request.Headers["X-Stream-Protocol-Version"]}";
        await using var stream = await upgrade.UpgradeAsync();
        var buffer = new byte[4];
        while (true)
        {
            await stream.ReadExactlyAsync(buffer, http.RequestAborted);
            if (Encoding.ASCII.GetString(buffer) == "quit")
            {
                return;
            }

            await stream.WriteAsync(buffer, http.RequestAborted);
            await stream.FlushAsync(http.RequestAborted);
        }
    }

    private async Task RegisterAsync(string authority)
    {
        var port = new Uri(behind.Urls.Single()).Port;
        var bundle = Convert.ToBase64String(Encoding.UTF8.GetBytes(authority));
        await PostAsync("/api/v1/namespaces/default/services", """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"echo"},"spec":{"ports":[{"name":"https","port":443}]}}
            """);
        await PostAsync("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", $$$"""
            {"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice",
             "metadata":{"name":"echo","labels":{"kubernetes.io/service-name":"echo"}},"addressType":"IPv4",
             "endpoints":[{"addresses":["127.0.0.1"]}],"ports":[{"name":"https","port":{{{port}}} }]}
            """);
        await PostAsync("/apis/apiregistration.k8s.io/v1/apiservices", $$$"""
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1.echo.example"},
             "spec":{"group":"echo.example","version":"v1","groupPriorityMinimum":100,"versionPriority":10,
             "caBundle":"{{{bundle}}}","service":{"namespace":"default","name":"echo"} } }
            """);
    }

    private async Task PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await host.Client.PostAsync(path, content, deadline.Token);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync(deadline.Token));
    }

    private async Task<WebApplication> StartBehindAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, o =>
        {
            o.Protocols = HttpProtocols.Http1;
            o.UseHttps(certificate);
        }));
        var server = builder.Build();
        server.Run(AnswerAsync);
        await server.StartAsync(deadline.Token);
        return server;
    }
}
