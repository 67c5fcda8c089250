using System.Buffers.Text;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Hosting.InProcess;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Pki;
using Hortus.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.BadInput;

/// <summary>Credentials that are no good are 401, also where a request without any would be served.</summary>
[Trait("Category", "Integration")]
public sealed class BadCredentialTests : IDisposable
{
    // Served to anonymous users.
    private const string Public = "/version";
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-credentials-").FullName;
    private readonly CertificateAuthority clients = CertificateAuthority.Create("clients", TimeSpan.FromDays(10), TimeProvider.System);
    private readonly CertificateAuthority proxies = CertificateAuthority.Create("proxies", TimeSpan.FromDays(10), TimeProvider.System);
    private readonly SigningKeyPair signing = SigningKeyPair.Create();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Bad_certificates_are_unauthorized()
    {
        await using var server = await StartAsync();
        var longAgo = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-5));
        var old = CertificateAuthority.Load(clients.CertificatePem, clients.PrivateKeyPem, longAgo);
        var stranger = CertificateAuthority.Create("clients", TimeSpan.FromDays(10), TimeProvider.System);

        await ShouldBeAsync(server, 200, (CertificateKeyPair?)null);
        await ShouldBeAsync(server, 200, clients.Issue(CertificateSpec.Client("alice")));
        await ShouldBeAsync(server, 401, old.Issue(CertificateSpec.Client("alice") with { Validity = TimeSpan.FromHours(1) }));
        await ShouldBeAsync(server, 401, stranger.Issue(CertificateSpec.Client("alice", "system:masters")));
        await ShouldBeAsync(server, 401, clients.Issue(CertificateSpec.Server("alice", "localhost")));
    }

    [Fact]
    public async Task Bad_tokens_are_unauthorized()
    {
        await using var server = await StartAsync();
        var good = await TokenAsync(server, 3600);
        var parts = good.Split('.');
        var claims = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1]));
        var none = Text("""{"alg":"none","typ":"JWT"}""");

        await ShouldBeAsync(server, 200, good);
        foreach (var token in new[]
        {
            $"{none}.{parts[1]}.",
            $"{none}.{parts[1]}.{parts[2]}",
            $"{parts[0]}.{Text(claims.Replace("default", "admin", StringComparison.Ordinal))}.{parts[2]}",
            $"{Text($$"""{"alg":"HS256","kid":"{{signing.KeyId}}"}""")}.{parts[1]}.{parts[2]}",
            $"{parts[0]}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}",
            good[..^10],
            await TokenAsync(server, 3600, "vault"),
            "....", ".", "\\", "eyJ", new string('a', 100_000),
        })
        {
            await ShouldBeAsync(server, 401, token);
        }
    }

    [Fact]
    public async Task Words_of_a_proxy_count_from_a_proxy_alone()
    {
        await using var server = await StartAsync();
        KeyValuePair<string, string>[] claims = [new("X-Remote-User", "root"), new("X-Remote-Group", "system:masters")];

        (await WhoAsync(server, proxies.Issue(CertificateSpec.Client("front")), claims)).ShouldBe("root");
        (await WhoAsync(server, clients.Issue(CertificateSpec.Client("alice")), claims)).ShouldBe("alice");
        (await SendAsync(server, "GET", "/api/v1/secrets", null, claims)).ShouldBe(403);
    }

    private static string Text(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private async Task<InProcessApiServer> StartAsync()
    {
        using var deadline = ApiFixture.Deadline();
        var server = await InProcessApiServer.StartWithAuthenticationAsync(
            new ApiServerOptions
            {
                AuthorizationMode = ["RBAC"],
                ClientCaFile = Write("clients.crt", clients.CertificatePem),
                RequestheaderClientCaFile = Write("proxies.crt", proxies.CertificatePem),
                ServiceAccountSigningKeyFile = Write("signing.key", signing.PrivateKeyPem),
                ServiceAccountKeyFile = [Write("signing.key", signing.PrivateKeyPem)],
                TokenAuthFile = Write("tokens.csv", "secret,admin,1,\"system:masters\"\n"),
            },
            deadline.Token);
        (await SendAsync(
            server,
            "POST",
            "/api/v1/namespaces/default/serviceaccounts",
            """{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot"}}""",
            [new("Authorization", "Bearer secret")])).ShouldBe(201);
        return server;
    }

    private static async Task ShouldBeAsync(InProcessApiServer server, int code, CertificateKeyPair? pair)
    {
        using var certificate = pair is null ? null : X509Certificate2.CreateFromPem(pair.CertificatePem);
        await using var answer = await server.Transport.SendAsync(
            new InProcessRequest("GET", Public) { ClientCertificate = certificate }, CancellationToken.None);
        answer.StatusCode.ShouldBe(code);
    }

    private static async Task ShouldBeAsync(InProcessApiServer server, int code, string token) =>
        (await SendAsync(server, "GET", Public, null, [new("Authorization", $"Bearer {token}")]))
            .ShouldBe(code, token[..Math.Min(token.Length, 200)]);

    private static async Task<int> SendAsync(
        InProcessApiServer server, string method, string target, string? body, KeyValuePair<string, string>[] headers) =>
        (await RawAnswer.OfAsync(
            server.Transport, method, target, body is null ? null : Encoding.UTF8.GetBytes(body), "application/json", headers)).Code;

    private static async Task<string> WhoAsync(
        InProcessApiServer server, CertificateKeyPair pair, KeyValuePair<string, string>[] headers)
    {
        using var certificate = X509Certificate2.CreateFromPem(pair.CertificatePem);
        var body = """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"""u8.ToArray();
        await using var answer = await server.Transport.SendAsync(
            new InProcessRequest("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews")
            {
                ClientCertificate = certificate,
                Headers = [new("Content-Type", "application/json"), .. headers],
                Body = new MemoryStream(body),
                ContentLength = body.Length,
            },
            CancellationToken.None);
        var review = await JsonNode.ParseAsync(answer.Body);
        return review!["status"]!["userInfo"]!["username"]!.ToString();
    }

    private static async Task<string> TokenAsync(InProcessApiServer server, int seconds, string? audience = null)
    {
        var spec = audience is null ? "" : $""","audiences":["{audience}"]""";
        var answer = await RawAnswer.OfAsync(
            server.Transport,
            "POST",
            "/api/v1/namespaces/default/serviceaccounts/robot/token",
            Encoding.UTF8.GetBytes(
                $$$"""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":{{{seconds}}}{{{spec}}}}}"""),
            "application/json",
            KeyValuePair.Create("Authorization", "Bearer secret"));
        return answer.Body!["status"]!["token"]!.ToString();
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
