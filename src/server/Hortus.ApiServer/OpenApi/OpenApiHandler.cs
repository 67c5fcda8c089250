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

/// <summary>Serves <c>/openapi/v3</c>: the list of group versions and, built when asked for, the document of each.</summary>
internal sealed class OpenApiHandler
{
    private const string Root = "/openapi/v3";
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
