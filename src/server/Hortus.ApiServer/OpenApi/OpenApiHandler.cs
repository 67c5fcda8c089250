using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Aggregation;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.OpenApi;

/// <summary>
/// Serves <c>/openapi/v3</c>, the list of group versions and, built when asked for, the document of each, and <c>/openapi/v2</c>,
/// one document of everything.
/// </summary>
internal sealed class OpenApiHandler : IDisposable
{
    private const string Root = "/openapi/v3";
    private const string Former = "/openapi/v2";
    private const string FormerProtobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private const int DaysOfImmutable = 365;

    /// <summary>The document of version 2 in protobuf: field 1 is the version, field 2 title and version of the API.</summary>
    private static readonly byte[] EmptyProtobuf =
    [
        0x0A, 3, .. "2.0"u8, 0x12, 21, 0x0A, 10, .. "Kubernetes"u8, 0x12, 7, .. "v1.35.0"u8,
    ];

    private readonly ResourceRegistry registry;
    private readonly TimeProvider time;
    private readonly RemoteDocuments? remote;
    private readonly string instance = Guid.NewGuid().ToString();
    private readonly DocumentCache documents;

    public OpenApiHandler(ResourceRegistry registry, Aggregator? aggregator, TimeProvider time)
    {
        this.registry = registry;
        remote = aggregator is null ? null : new RemoteDocuments(aggregator);
        this.time = time;
        documents = new DocumentCache(time);
        registry.Changed += (_, _) => documents.Clear();
    }

    /// <summary>Answers if the path is one of OpenAPI.</summary>
    /// <returns>False for other paths.</returns>
    /// <exception cref="ApiStatusException">404: no such group version.</exception>
    public async Task<bool> TryHandleAsync(HttpContext http, string path, CancellationToken cancellationToken)
    {
        if (path == Root)
        {
            var index = Index();
            await (remote?.AddToAsync((JsonObject)index["paths"]!, cancellationToken) ?? Task.CompletedTask);
            if (!IsKnown(http, Hash(index.ToJsonString())))
            {
                await ResponseBody.WriteAsync(http, 200, index, cancellationToken);
            }

            return true;
        }

        if (path == Former)
        {
            await WriteFormerAsync(http, cancellationToken);
            return true;
        }

        if (!path.StartsWith(Root + "/", StringComparison.Ordinal))
        {
            return false;
        }

        var version = path[(Root.Length + 1)..].Split('/') switch
        {
            ["api", var v] => new GroupVersion("", v),
            ["apis", var group, var v] => new GroupVersion(group, v),
            _ => throw ApiErrors.UnknownResource(),
        };
        if (remote?.Find(version) is { } api)
        {
            await remote.ForwardAsync(http, api, cancellationToken);
            return true;
        }

        if (!registry.All.Any(d => d.Kind.GroupVersion == version))
        {
            throw ApiErrors.UnknownResource();
        }

        var hash = HashOf(version.ToString());
        if (http.Request.Query["hash"].ToString() is { Length: > 0 } asked)
        {
            if (asked != hash)
            {
                http.Response.Redirect($"{path}?hash={hash}", permanent: true);
                return true;
            }

            http.Response.Headers.CacheControl = "public, immutable";
            http.Response.Headers.Expires =
                time.GetUtcNow().AddDays(DaysOfImmutable).UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        }

        if (!IsKnown(http, hash))
        {
            await documents.WriteAsync(http, path, () => Build(version), cancellationToken);
        }

        return true;
    }

    public void Dispose() => documents.Dispose();

    /// <summary>
    /// In protobuf version 2 defines no schemas. kubectl asks it about kinds that version 3 does not have, such as <c>List</c>,
    /// and fails when there is no document; from an empty one it learns that there is nothing to check.
    /// </summary>
    private async Task WriteFormerAsync(HttpContext http, CancellationToken cancellationToken)
    {
        http.Response.Headers.Vary = "Accept";
        if (http.Request.Headers.Accept.ToString().Contains("protobuf", StringComparison.Ordinal))
        {
            http.Response.ContentType = FormerProtobuf;
            http.Response.ContentLength = EmptyProtobuf.Length;
            await http.Response.Body.WriteAsync(EmptyProtobuf, cancellationToken);
        }
        else if (!IsKnown(http, HashOf(Former)))
        {
            await documents.WriteAsync(http, Former, BuildFormer, cancellationToken);
        }
    }

    // Tells the client that what it has is still true, if it is.
    private static bool IsKnown(HttpContext http, string hash)
    {
        var tag = $"\"{hash}\"";
        http.Response.Headers.ETag = tag;
        if (http.Request.Headers.IfNoneMatch != tag)
        {
            return false;
        }

        http.Response.StatusCode = 304;
        return true;
    }

    private JsonObject Build(GroupVersion version)
    {
        var document = new OpenApiDocument(version);
        foreach (var definition in registry.All.Where(d => d.Kind.GroupVersion == version)
                     .OrderBy(d => d.Kind.Plural, StringComparer.Ordinal))
        {
            document.Add(definition);
        }

        return document.ToNode();
    }

    private JsonObject BuildFormer()
    {
        var former = new FormerDocument();
        foreach (var version in Versions())
        {
            former.Add(Build(version));
        }

        return former.ToNode();
    }

    private JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var version in Versions())
        {
            var path = version.Group.Length == 0 ? $"api/{version.Version}" : $"apis/{version}";
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"{Root}/{path}?hash={HashOf(version.ToString())}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    private IOrderedEnumerable<GroupVersion> Versions() =>
        registry.All.Select(d => d.Kind.GroupVersion).Distinct().OrderBy(v => v.ToString(), StringComparer.Ordinal);

    // Documents depend on nothing but the registry, so its generation stands for their content.
    private string HashOf(string document) => Hash($"{instance}/{registry.Generation}/{document}");

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
