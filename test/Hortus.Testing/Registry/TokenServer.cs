using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hortus.Testing.Registry;

/// <summary>Gives tokens for a registry: to its user all that is asked for, to others the right to pull what is public.</summary>
public sealed class TokenServer : IAsyncDisposable
{
    public const string Service = "hortus-registry";
    public const string Issuer = "hortus-tokens";

    /// <summary>What stands for the password in a docker configuration with an identity token.</summary>
    public const string IdentityToken = "identity-of-hortus";

    /// <summary>Repositories below it may be pulled by everybody.</summary>
    public const string PublicPrefix = "public/";

    private readonly CertificateKeyPair signer;
    private readonly WebApplication application;

    private TokenServer(WebApplication application)
    {
        this.application = application;
        var authority = CertificateAuthority.Create("tokens", TimeSpan.FromDays(1), TimeProvider.System);
        AuthorityPem = authority.CertificatePem;
        signer = authority.Issue(CertificateSpec.Client("token-signer"));
    }

    public string AuthorityPem { get; }

    public string Realm => application.Urls.First() + "/token";

    /// <summary>What was asked for: scope, and <c>basic</c>, <c>refresh</c> or <c>anonymous</c>.</summary>
    public ConcurrentQueue<(string Scope, string How)> Asked { get; } = new();

    public static async Task<TokenServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        var server = new TokenServer(application);
        application.MapGet("/token", server.AnswerAsync);
        application.MapPost("/token", server.AnswerFormAsync);
        await application.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>A token as the registry takes it, for one scope.</summary>
    public string TokenFor(string scope) => Sign(scope, isUser: true);

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var scope = context.Request.Query["scope"].ToString();
        var header = context.Request.Headers.Authorization.ToString();
        var expected = "Basic " + Convert.ToBase64String(
            Encoding.UTF8.GetBytes($"{DockerRegistry.User}:{DockerRegistry.Password}"));
        Asked.Enqueue((scope, header.Length > 0 ? "basic" : "anonymous"));
        return header.Length > 0 && header != expected
            ? Refuse(context)
            : context.Response.WriteAsJsonAsync(new JsonObject { ["token"] = Sign(scope, header == expected), ["expires_in"] = 300 });
    }

    private async Task AnswerFormAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var scope = form["scope"].ToString();
        Asked.Enqueue((scope, "refresh"));
        await (form["refresh_token"] == IdentityToken && form["grant_type"] == "refresh_token"
            ? context.Response.WriteAsJsonAsync(new JsonObject { ["access_token"] = Sign(scope, isUser: true), ["expires_in"] = 300 })
            : Refuse(context));
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return context.Response.WriteAsJsonAsync(new JsonObject { ["details"] = "incorrect username or password" });
    }

    private string Sign(string scope, bool isUser)
    {
        using var certificate = X509Certificate2.CreateFromPem(signer.CertificatePem);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject
        {
            ["typ"] = "JWT",
            ["alg"] = "ES256",
            ["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData)),
        };
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = Service,
            ["sub"] = isUser ? DockerRegistry.User : "",
            ["iat"] = now,
            ["nbf"] = now - 60,
            ["exp"] = now + 300,
            ["jti"] = Guid.NewGuid().ToString("n"),
            ["access"] = new JsonArray(AccessTo(scope, isUser)),
        };
        var text = $"{Encode(header.ToJsonString())}.{Encode(claims.ToJsonString())}";
        using var key = ECDsa.Create();
        key.ImportFromPem(signer.PrivateKeyPem);
        return $"{text}.{Encode(key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256))}";
    }

    private static JsonNode?[] AccessTo(string scope, bool isUser) => scope.Split(':') switch
    {
        [var type, var name, var actions] when isUser || name.StartsWith(PublicPrefix, StringComparison.Ordinal) =>
        [
            new JsonObject
            {
                ["type"] = type,
                ["name"] = name,
                ["actions"] = new JsonArray([.. actions.Split(',').Where(a => isUser || a == "pull").Select(a => JsonValue.Create(a))]),
            },
        ],
        _ => [],
    };

    private static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
