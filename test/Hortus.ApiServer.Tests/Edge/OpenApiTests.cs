using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.OpenApi;
using Hortus.ApiServer.Tests.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.Edge;

[Trait("Category", "Integration")]
public sealed class OpenApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Former_document_holds_every_definition_it_refers_to()
    {
        var document = (await api.GetAsync("openapi/v2")).Body;
        var definitions = document["definitions"]!.AsObject();

        document["swagger"]!.ToString().ShouldBe("2.0");
        definitions.Count.ShouldBeGreaterThan(100);
        var references = new List<string>();
        Collect(document, references);
        references.ShouldNotBeEmpty();
        references.Where(r => !r.StartsWith("#/definitions/", StringComparison.Ordinal)
            || !definitions.ContainsKey(r["#/definitions/".Length..])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Former_document_tells_clients_what_they_ask_it()
    {
        var document = (await api.GetAsync("openapi/v2")).Body;

        var patch = document["paths"]!["/api/v1/namespaces/{namespace}/pods/{name}"]!["patch"]!;
        patch["parameters"]!.AsArray().Select(p => p!["name"]!.ToString())
            .ShouldBe(["namespace", "name", "dryRun", "fieldManager", "fieldValidation", "force", "body"], ignoreOrder: true);
        patch["consumes"]!.AsArray().Select(c => c!.ToString()).ShouldContain("application/strategic-merge-patch+json");
        patch["x-kubernetes-group-version-kind"]!["kind"]!.ToString().ShouldBe("Pod");
        var service = document["definitions"]!["io.k8s.api.core.v1.ServicePort"]!["properties"]!["targetPort"]!;
        Resolve(document, service)["format"]!.ToString().ShouldBe("int-or-string");
        var pod = document["definitions"]!["io.k8s.api.core.v1.Pod"]!;
        pod["x-kubernetes-group-version-kind"]![0]!["kind"]!.ToString().ShouldBe("Pod");
    }

    [Fact]
    public async Task Document_with_its_hash_may_be_kept_for_ever_and_another_hash_leads_to_it()
    {
        var index = (await api.GetAsync("openapi/v3")).Body;
        var address = index["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!.ToString();
        using var found = await GetAsync(address);

        found.StatusCode.ShouldBe(HttpStatusCode.OK);
        found.Headers.CacheControl!.ToString().ShouldContain("immutable");
        (found.Content.Headers.Expires > DateTimeOffset.UnixEpoch.AddYears(55)).ShouldBeTrue();

        using var elsewhere = await GetAsync("/openapi/v3/apis/apps/v1?hash=ABC", follow: false);
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        elsewhere.Headers.Location!.ToString().ShouldBe(address);
    }

    [Theory]
    [InlineData("openapi/v2")]
    [InlineData("openapi/v3/api/v1")]
    public async Task Document_that_the_client_has_is_not_sent_again(string path)
    {
        using var first = await GetAsync(path);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var again = await api.Server.Client.SendAsync(request);

        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Document_is_dropped_when_nobody_asks_for_it()
    {
        var time = new FakeTimeProvider();
        using var cache = new DocumentCache(time);
        var built = 0;
        Task WriteAsync() => cache.WriteAsync(
            new DefaultHttpContext(),
            "a",
            () =>
            {
                built++;
                return new JsonObject { ["a"] = 1 };
            },
            CancellationToken.None);

        await WriteAsync();
        time.Advance(DocumentCache.Idle / 2);
        await WriteAsync();
        time.Advance(DocumentCache.Idle / 2);
        cache.Count.ShouldBe(1);
        built.ShouldBe(1);

        time.Advance(DocumentCache.Idle);
        cache.Count.ShouldBe(0);
        await WriteAsync();
        built.ShouldBe(2);
    }

    private static JsonNode Resolve(JsonNode document, JsonNode schema) =>
        schema["$ref"]?.ToString() is { } reference
            ? document["definitions"]![reference["#/definitions/".Length..]]!
            : schema;

    private static void Collect(JsonNode? node, List<string> references)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    if (name == "$ref" && value is JsonValue)
                    {
                        references.Add(value.ToString());
                    }

                    Collect(value, references);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Collect(item, references);
                }

                break;
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string path, bool follow = true)
    {
        if (follow)
        {
            return await api.Server.Client.GetAsync(new Uri(path, UriKind.Relative));
        }

        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = api.Server.Address };
        return await client.GetAsync(new Uri(path, UriKind.Relative));
    }
}
