using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Aggregation;
using Hortus.ApiServer.Services;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hortus.ApiServer.OpenApi;

/// <summary>The OpenAPI documents of other servers: listed among ours, and fetched from them when asked for.</summary>
internal sealed class RemoteDocuments(Aggregator aggregator)
{
    private const string Root = "/openapi/v3";
    private const int IndexBytesMax = 4 * 1024 * 1024;

    /// <summary>Who fetches descriptions.</summary>
    private static readonly UserInfo Reader =
        new("system:aggregator", [UserInfo.MastersGroup, UserGroups.Authenticated]);

    private readonly ConcurrentDictionary<ServiceTarget, (string Tag, JsonObject Paths)> indexes = new();

    public RemoteApi? Find(GroupVersion version) => aggregator.Apis.Find(version);

    /// <summary>Adds the group versions whose servers tell where their documents are; others are left out for now.</summary>
    public async Task AddToAsync(JsonObject paths, CancellationToken cancellationToken)
    {
        foreach (var server in aggregator.Apis.All.Where(a => a.Availability.IsAvailable).GroupBy(a => a.Service))
        {
            var listed = await IndexAsync(server.First(), cancellationToken);
            foreach (var path in server.Select(a => $"apis/{a.GroupVersion}"))
            {
                if (listed[path] is { } entry)
                {
                    paths[path] = entry.DeepClone();
                }
            }
        }
    }

    /// <summary>Answers with the document of another server.</summary>
    public Task ForwardAsync(HttpContext http, RemoteApi api, CancellationToken cancellationToken) =>
        aggregator.ForwardAsync(http, Reader, api, cancellationToken);

    private async Task<JsonObject> IndexAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        var known = indexes.TryGetValue(api.Service, out var last) ? last : ("", []);
        try
        {
            await using var response = await aggregator.Proxy.GetAsync(
                api,
                Root,
                Reader,
                known.Item1.Length > 0 ? [(HeaderNames.IfNoneMatch, known.Item1)] : [],
                cancellationToken);
            var bytes = await response.ReadAsync(IndexBytesMax, cancellationToken);
            if (response.StatusCode == StatusCodes.Status200OK)
            {
                known = (response.Header(HeaderNames.ETag) ?? "", (JsonNode.Parse(bytes) as JsonObject)?.Map("paths") ?? []);
                indexes[api.Service] = known;
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // Away for the moment: what it said last is better than nothing.
        }

        return known.Item2;
    }
}
