using System.Net;
using System.Net.Http.Headers;
using Hortus.ApiServer.Tests.Rest;

namespace Hortus.ApiServer.Tests.Edge;

/// <summary>Aggregated discovery as clients ask for it.</summary>
[Trait("Category", "Integration")]
public sealed class DiscoveryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Current = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Theory]
    [InlineData(Current, "v2")]
    [InlineData("application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io", "v2")]
    [InlineData("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList;profile=nopeer", "v2")]
    [InlineData("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "v2beta1")]
    public async Task Aggregated_document_names_its_type_by_exactly_the_parameters_that_clients_compare(string accept, string version)
    {
        var answer = await api.GetAsync("apis", accept);

        answer.Code.ShouldBe(HttpStatusCode.OK);
        using var raw = await GetAsync("apis", null, accept);
        raw.Content.Headers.NonValidated["Content-Type"].ToString().ShouldBe($"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
        answer.Body["apiVersion"]!.ToString().ShouldBe("apidiscovery.k8s.io/" + version);
        var apps = answer.Body["items"]!.AsArray().Single(g => g!["metadata"]!["name"]!.ToString() == "apps")!;
        var first = apps["versions"]![0]!;
        (first["version"]!.ToString(), first["freshness"]!.ToString()).ShouldBe(("v1", "Current"));
        var deployments = first["resources"]!.AsArray().Single(r => r!["resource"]!.ToString() == "deployments")!;
        deployments["scope"]!.ToString().ShouldBe("Namespaced");
        deployments["responseKind"]!["kind"]!.ToString().ShouldBe("Deployment");
        deployments["subresources"]!.AsArray().Select(s => s!["subresource"]!.ToString()).Order().ShouldBe(["scale", "status"]);
    }

    [Theory]
    [InlineData("api")]
    [InlineData("apis")]
    public async Task Aggregated_document_that_the_client_has_is_not_sent_again(string path)
    {
        using var first = await GetAsync(path, null);
        first.Headers.Vary.ShouldContain("Accept");
        using var again = await GetAsync(path, first.Headers.ETag);

        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Unaggregated_documents_stay_for_who_does_not_ask()
    {
        (await api.GetAsync("api")).Body["kind"]!.ToString().ShouldBe("APIVersions");
        (await api.GetAsync("apis")).Body["kind"]!.ToString().ShouldBe("APIGroupList");
        var resources = (await api.GetAsync("apis/apps/v1")).Body["resources"]!.AsArray();
        var deployments = resources.Single(r => r!["name"]!.ToString() == "deployments")!;
        deployments["storageVersionHash"]!.ToString().ShouldNotBeEmpty();
        deployments["shortNames"]!.AsArray().Select(n => n!.ToString()).ShouldBe(["deploy"]);
        resources.Select(r => r!["name"]!.ToString()).ShouldContain("deployments/scale");
    }

    private async Task<HttpResponseMessage> GetAsync(string path, EntityTagHeaderValue? tag, string accept = Current)
    {
        using var deadline = ApiFixture.Deadline();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (tag is not null)
        {
            request.Headers.IfNoneMatch.Add(tag);
        }

        return await api.Server.Client.SendAsync(request, deadline.Token);
    }
}
