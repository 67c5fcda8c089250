using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Streaming;
using Hortus.ApiServer.Subresources;
using Hortus.ApiServer.Tests.Builtin;
using Hortus.Objects;
using Hortus.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Tests.Streaming;

/// <summary>The streaming handlers between a plain TCP client and a TLS server that behaves like a kubelet.</summary>
[Trait("Category", "Integration")]
public sealed class KubeletStreamTests : IAsyncLifetime
{
    private static readonly CertificateAuthority Authority =
        CertificateAuthority.Create("kubelets", TimeSpan.FromDays(10), TimeProvider.System);

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-stream-").FullName;
    private readonly List<WebApplication> servers = [];
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private string seen = "";
    private int kubeletPort;

    public async Task InitializeAsync()
    {
        var pair = Authority.Issue(CertificateSpec.Server("n1", "127.0.0.1"));
        using var ephemeral = X509Certificate2.CreateFromPem(pair.CertificatePem, pair.PrivateKeyPem);
        var certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        kubeletPort = await StartAsync(
            options => options.UseHttps(certificate, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.AllowAnyClientCertificate();
            }),
            KubeletAsync);
    }

    public async Task DisposeAsync()
    {
        await Task.WhenAll(servers.Select(s => s.DisposeAsync().AsTask()));
        deadline.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Log_comes_from_the_kubelet_of_the_pods_node()
    {
        var port = await ServeAsync("log");
        using var client = new HttpClient();

        var text = await client.GetStringAsync(
            new Uri($"http://127.0.0.1:{port}/?container=c&tailLines=5&timestamps=true&evil=1"), deadline.Token);

        text.ShouldBe("first line\n");
        seen.ShouldBe("api-client /containerLogs/farm/p/c?timestamps=true&tailLines=5");
    }

    [Fact]
    public async Task Error_of_the_kubelet_becomes_a_status()
    {
        var port = await ServeAsync("log");
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/?container=broken"), deadline.Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(deadline.Token)).ShouldContain("log is gone");
    }

    [Theory]
    [InlineData("GET", "websocket")]
    [InlineData("POST", "SPDY/3.1")]
    public async Task Exec_becomes_a_pipe_to_the_kubelet_in_any_protocol(string method, string protocol)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, await ServeAsync("exec"), deadline.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} /?command=echo&command=a%20b&stdin=true&stdout=1&tty=false HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
            + $"Upgrade: {protocol}\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nContent-Length: 0\r\n\r\n"),
                deadline.Token);

        var head = await ReadUntilAsync(stream, "\r\n\r\n");
        head.ShouldStartWith("HTTP/1.1 101");
        head.ShouldContain($"Upgrade: {protocol}");
        head.ShouldContain("X-Stream-Protocol-Version: v4.channel.k8s.io");
        seen.ShouldBe("api-client /exec/farm/p/c?command=echo&command=a%20b&input=1&output=1");

        await stream.WriteAsync("ping"u8.ToArray(), deadline.Token);
        (await ReadUntilAsync(stream, "ping")).ShouldBe("ping");
        await stream.WriteAsync("quit"u8.ToArray(), deadline.Token);
        (await stream.ReadAsync(new byte[1], deadline.Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Exec_without_upgrade_is_a_bad_request()
    {
        var port = await ServeAsync("exec");
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/?command=ls"), deadline.Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Kubelet_that_another_CA_vouches_for_is_not_trusted()
    {
        var stranger = CertificateAuthority.Create("kubelets", TimeSpan.FromDays(10), TimeProvider.System);
        var port = await ServeAsync("log", stranger.CertificatePem);
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/?container=c"), deadline.Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        seen.ShouldBe("");
    }

    private async Task<string> ReadUntilAsync(NetworkStream stream, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            (await stream.ReadAsync(buffer, deadline.Token)).ShouldBe(1);
            text.Append((char)buffer[0]);
        }

        return text.ToString();
    }

    private async Task KubeletAsync(HttpContext http)
    {
        seen = $"{CertificateSubject.Of(http.Connection.ClientCertificate!).CommonName} {http.Request.Path}{http.Request.QueryString}";
        if (http.Request.Path.Value!.EndsWith("/broken", StringComparison.Ordinal))
        {
            http.Response.StatusCode = 404;
            await http.Response.WriteAsync("log is gone");
            return;
        }

        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            await http.Response.WriteAsync("first line\n");
            return;
        }

        http.Response.Headers.Upgrade = http.Request.Headers.Upgrade;
        http.Response.Headers["X-Stream-Protocol-Version"] = http.Request.Headers["X-Stream-Protocol-Version"];
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

    private async Task<int> ServeAsync(string subresource, string? kubeletCa = null)
    {
        var client = Authority.Issue(CertificateSpec.Client("api-client"));
        var options = new ApiServerOptions
        {
            KubeletClientCertificate = Write("client.crt", client.CertificatePem),
            KubeletClientKey = Write("client.key", client.PrivateKeyPem),
            KubeletCertificateAuthority = Write("ca.crt", kubeletCa ?? Authority.CertificatePem),
        };
        var objects = new ObjectTable()
            .Add(Kinds.Node, $$"""
                {"metadata":{"name":"n1"},"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],
                 "daemonEndpoints":{"kubeletEndpoint":{"Port": {{kubeletPort}} } } } }
                """)
            .Add(Kinds.Pod, """
                {"metadata":{"name":"p","namespace":"farm","annotations":{"kubectl.kubernetes.io/default-container":"c"}},
                 "spec":{"nodeName":"n1","containers":[{"name":"c"},{"name":"broken"}]},
                 "status":{"phase":"Running","containerStatuses":[{"name":"c","state":{"running":{}}},{"name":"broken","state":{"running":{}}}]}}
                """);
        var kubelets = new KubeletClient(options, objects, new DirectNodeDialer());
        ISubresourceHandler handler = subresource == "log"
            ? new LogHandler(objects, kubelets)
            : new UpgradeHandler(subresource, objects, kubelets, new MastersAuthorizer());
        var definition =
            new ResourceDefinition { Kind = Kinds.Pod, Schema = () => new SchemaNode(), StoragePrefix = "/" };
        return await StartAsync(_ => { }, async http =>
        {
            var info = new RequestInfo
            {
                IsResource = true,
                Path = "",
                Verb = "get",
                Version = "v1",
                Resource = "pods",
                Subresource = subresource,
                Namespace = "farm",
                Name = "p",
            };
            try
            {
                await handler.HandleAsync(
                    new SubresourceRequest(http, info, definition, UserInfo.Server), http.RequestAborted);
            }
            catch (ApiStatusException e)
            {
                await ResponseBody.WriteAsync(http, e.Status, http.RequestAborted);
            }
        });
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task<int> StartAsync(Action<ListenOptions> listen, RequestDelegate handle)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, o =>
        {
            o.Protocols = HttpProtocols.Http1;
            listen(o);
        }));
        var server = builder.Build();
        server.Run(handle);
        servers.Add(server);
        await server.StartAsync(deadline.Token);
        return new Uri(server.Urls.Single()).Port;
    }
}
