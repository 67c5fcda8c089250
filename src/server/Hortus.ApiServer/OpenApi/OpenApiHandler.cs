using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.OpenApi;

/// <summary>
/// Serves <c>/openapi/v3</c> (and an empty <c>/openapi/v2</c>): the list of group versions and, built when asked for, the document of each.
/// </summary>
internal sealed class OpenApiHandler
{
    private const string Root = "/openapi/v3";
    private const string Former = "/openapi/v2";
    private const string FormerProtobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

    /// <summary>The document of version 2 in protobuf: field 1 is the version, field 2 title and version of the API.</summary>
    private static readonly byte[] FormerDocument =
    [
        0x0A, 3, .. "2.0"u8, 0x12, 21, 0x0A, 10, .. "Kubernetes"u8, 0x12, 7, .. "v1.35.0"u8,
    ];

    private readonly ResourceRegistry registry;
    private readonly string instance = Guid.NewGuid().ToString();
    private readonly ConcurrentDictionary<GroupVersion, byte[]> documents = new();

    public OpenApiHandler(ResourceRegistry registry)
    {
        this.registry = registry;
        registry.Changed += (_, _) => documents.Clear();
    }

    /// <summary>Answers if the path is one of OpenAPI.</summary>
    /// <returns>False for other paths.</returns>
    /// <exception cref="ApiStatusException">404: no such group version.</exception>
    public async Task<bool> TryHandleAsync(HttpContext http, string path, CancellationToken cancellationToken)
    {
        if (path == Root)
        {
            await ResponseBody.WriteAsync(http, 200, Index(), cancellationToken);
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
        if (!registry.All.Any(d => d.Kind.GroupVersion == version))
        {
            throw ApiErrors.UnknownResource();
        }

        var hash = HashOf(version);
        if (http.Request.Query["hash"].ToString() is { Length: > 0 } asked)
        {
            if (asked != hash)
            {
                http.Response.Redirect($"{path}?hash={hash}", permanent: true);
                return true;
            }

            http.Response.Headers.CacheControl = "public, immutable";
        }

        http.Response.Headers.ETag = $"\"{hash}\"";
        var document = documents.GetOrAdd(version, Build);
        await ResponseBody.WriteAsync(http, 200, document, cancellationToken);
        return true;
    }

    /// <summary>
    /// Version 2 defines no schemas here. kubectl asks it about kinds that version 3 does not have, such as <c>List</c>, and
    /// fails when there is no document; from an empty one it learns that there is nothing to check.
    /// </summary>
    private static async Task WriteFormerAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (!http.Request.Headers.Accept.ToString().Contains("protobuf", StringComparison.Ordinal))
        {
            var document = new JsonObject
            {
                ["swagger"] = "2.0",
                ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.35.0" },
                ["paths"] = new JsonObject(),
                ["definitions"] = new JsonObject(),
            };
            await ResponseBody.WriteAsync(http, 200, document, cancellationToken);
            return;
        }

        http.Response.ContentType = FormerProtobuf;
        http.Response.ContentLength = FormerDocument.Length;
        await http.Response.Body.WriteAsync(FormerDocument, cancellationToken);
    }

    private byte[] Build(GroupVersion version)
    {
        var document = new OpenApiDocument(version);
        foreach (var definition in registry.All.Where(d => d.Kind.GroupVersion == version)
                     .OrderBy(d => d.Kind.Plural, StringComparer.Ordinal))
        {
            document.Add(definition);
        }

        return JsonSerializer.SerializeToUtf8Bytes(document.ToNode(), KubernetesJson.Options);
    }

    private JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var version in registry.All.Select(d => d.Kind.GroupVersion).Distinct()
                     .OrderBy(v => v.ToString(), StringComparer.Ordinal))
        {
            var path = version.Group.Length == 0 ? $"api/{version.Version}" : $"apis/{version}";
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"{Root}/{path}?hash={HashOf(version)}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    // Documents depend on nothing but the registry, so its generation stands for their content.
    private string HashOf(GroupVersion version) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{instance}/{registry.Generation}/{version}")));
}
