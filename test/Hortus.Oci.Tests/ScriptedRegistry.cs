using System.Collections.Concurrent;
using System.Net;
using Hortus.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hortus.Oci.Tests;

/// <summary>A registry that misbehaves as a test says: it serves contents by path, unless a rule takes the request.</summary>
internal sealed class ScriptedRegistry : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentDictionary<string, (string MediaType, byte[] Content)> contents = new();

    private ScriptedRegistry(WebApplication application) => this.application = application;

    public string Name => new Uri(application.Urls.First()).Authority;

    public ConcurrentQueue<(string Request, string? Authorization)> Requests { get; } = new();

    /// <summary>Takes a request; false leaves it to the contents.</summary>
    public Func<HttpContext, Task<bool>> Rule { get; set; } = _ => Task.FromResult(false);

    /// <summary>Starts it, with TLS when there is an authority for its certificate.</summary>
    public static async Task<ScriptedRegistry> StartAsync(CertificateAuthority? authority = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
        {
            if (authority?.Issue(CertificateSpec.Server("registry", "127.0.0.1")) is { } pair)
            {
                listener.UseHttps(Pem.ReadKeyPair(pair.CertificatePem, pair.PrivateKeyPem));
            }
        }));
        var application = builder.Build();
        var registry = new ScriptedRegistry(application);
        application.Run(registry.AnswerAsync);
        await application.StartAsync();
        return registry;
    }

    public int Count(string method, string part) => Requests.Count(r =>
        r.Request.StartsWith(method + " ", StringComparison.Ordinal) && r.Request.Contains(part, StringComparison.Ordinal));

    /// <summary>Adds a chart to the repository <c>charts/a</c>.</summary>
    /// <returns>Digests of manifest and archive.</returns>
    public (string Manifest, string Blob) AddChart(byte[] archive, string tag = "1")
    {
        var config = "{}"u8.ToArray();
        var blob = ContentDigest.Of(archive);
        var manifest = $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}",
             "config":{"mediaType":"{{MediaTypes.HelmConfig}}","digest":"{{ContentDigest.Of(config)}}","size":2},
             "layers":[{"mediaType":"{{MediaTypes.HelmChart}}","digest":"{{blob}}","size":{{archive.Length}}}]}
            """;
        contents[$"/v2/charts/a/blobs/{blob}"] = (MediaTypes.Bytes, archive);
        return (AddManifest(manifest, MediaTypes.OciManifest, tag), blob);
    }

    public string AddManifest(string json, string mediaType, string tag)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(json);
        var digest = ContentDigest.Of(bytes);
        contents[$"/v2/charts/a/manifests/{digest}"] = contents[$"/v2/charts/a/manifests/{tag}"] = (mediaType, bytes);
        return digest;
    }

    public byte[] Content(string digest) => contents[$"/v2/charts/a/blobs/{digest}"].Content;

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue(($"{request.Method} {request.Path}{request.QueryString}", request.Headers.Authorization));
        if (await Rule(context))
        {
            return;
        }

        if (request.Path == "/v2/")
        {
            return;
        }

        if (!contents.TryGetValue(request.Path, out var found))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            await response.WriteAsync("""{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""");
            return;
        }

        response.ContentType = found.MediaType;
        response.ContentLength = found.Content.Length;
        if (found.MediaType != MediaTypes.Bytes && !response.Headers.ContainsKey("Docker-Content-Digest"))
        {
            response.Headers["Docker-Content-Digest"] = ContentDigest.Of(found.Content);
        }

        if (request.Method == "GET")
        {
            await response.Body.WriteAsync(found.Content);
        }
    }
}
