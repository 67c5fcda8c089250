using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Edge;

[Trait("Category", "Integration")]
public sealed class AnswerFormTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Maps = "api/v1/namespaces/default/configmaps";
    private static readonly string Large = new('x', 64 * 1024);

    [Fact]
    public async Task Object_is_sent_as_yaml_to_who_accepts_only_that()
    {
        await api.PostAsync(Maps, ApiFixture.ConfigMap("yaml", "a: b"));
        using var answer = await SendAsync($"{Maps}/yaml", "application/yaml");

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/yaml");
        var read = KubernetesYaml.Parse(await answer.Content.ReadAsStringAsync());
        read["data"]!["key"]!.ToString().ShouldBe("a: b");
        read["metadata"]!["resourceVersion"]!.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task List_and_failure_are_sent_as_yaml_too()
    {
        await api.PostAsync(Maps, ApiFixture.ConfigMap("yaml-list"));
        using var list = await SendAsync(Maps, "application/yaml");
        KubernetesYaml.Parse(await list.Content.ReadAsStringAsync())["kind"]!.ToString().ShouldBe("ConfigMapList");

        using var missing = await SendAsync($"{Maps}/none", "application/yaml");
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        KubernetesYaml.Parse(await missing.Content.ReadAsStringAsync())["reason"]!.ToString().ShouldBe("NotFound");
    }

    [Theory]
    [InlineData("application/cbor")]
    [InlineData("text/html")]
    public async Task Form_that_is_not_served_is_not_acceptable(string accept)
    {
        var answer = await api.GetAsync(Maps, accept);

        answer.Code.ShouldBe(HttpStatusCode.NotAcceptable);
        answer.Reason.ShouldBe("NotAcceptable");
        answer.Message.ShouldStartWith("only the following media types are accepted: application/json");
        answer.ContentType.ShouldBe("application/json");
    }

    [Fact]
    public async Task Watch_is_no_yaml()
    {
        using var answer = await SendAsync(Maps + "?watch=1", "application/yaml");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
        KubernetesYaml.Parse(await answer.Content.ReadAsStringAsync())["reason"]!.ToString().ShouldBe("NotAcceptable");
    }

    [Fact]
    public async Task First_form_that_is_served_wins()
    {
        (await api.GetAsync(Maps, "application/vnd.kubernetes.protobuf,application/json")).ContentType.ShouldBe("application/json");
        using var answer = await SendAsync(Maps, "application/cbor;q=1, application/yaml;q=0.9, application/json;q=0.1");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/yaml");
    }

    [Fact]
    public async Task Body_of_unknown_type_is_unsupported()
    {
        var answer = await api.SendAsync(HttpMethod.Post, Maps, "name=x", "application/x-www-form-urlencoded");

        answer.Code.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        answer.Reason.ShouldBe("UnsupportedMediaType");
        answer.Message.ShouldContain("application/json");
    }

    [Fact]
    public async Task Large_list_is_compressed_for_who_accepts_it_and_is_the_same()
    {
        foreach (var name in new[] { "large-1", "large-2", "large-3", "large-4" })
        {
            await api.PostAsync(Maps, ApiFixture.ConfigMap(name, Large, ""","labels":{"size":"large"}"""));
        }

        var path = $"{Maps}?labelSelector=size%3Dlarge";
        using var plain = await SendAsync(path, "application/json");
        using var compressed = await SendAsync(path, "application/json", "gzip");

        plain.Content.Headers.ContentEncoding.ShouldBeEmpty();
        compressed.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        compressed.Headers.Vary.ShouldContain("Accept-Encoding");
        await using var unpacked = new GZipStream(await compressed.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        (await reader.ReadToEndAsync()).ShouldBe(await plain.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Small_answer_is_not_compressed()
    {
        await api.PostAsync(Maps, ApiFixture.ConfigMap("small"));
        using var answer = await SendAsync($"{Maps}/small", "application/json", "gzip");

        answer.Content.Headers.ContentEncoding.ShouldBeEmpty();
        answer.Content.Headers.ContentLength.ShouldNotBeNull();
    }

    [Fact]
    public async Task Pretty_answer_has_lines()
    {
        await api.PostAsync(Maps, ApiFixture.ConfigMap("pretty"));
        using var answer = await SendAsync($"{Maps}/pretty?pretty=true", "application/json");
        (await answer.Content.ReadAsStringAsync()).ShouldStartWith("{\n  \"apiVersion\": \"v1\"");
    }

    [Fact]
    public async Task Metadata_alone_is_all_of_the_metadata_and_nothing_else()
    {
        const string trap = "{\\\"}]}[{\\\"";
        await api.PostAsync(Maps, ApiFixture.ConfigMap(
            "partial", "1", $$""","annotations":{"trap":"{{trap}}"},"finalizers":["example.com/a"]"""));
        const string accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
        var whole = (await api.GetAsync($"{Maps}/partial")).Body;
        var partial = (await api.GetAsync($"{Maps}/partial", accept)).Body;

        partial["kind"]!.ToString().ShouldBe("PartialObjectMetadata");
        partial["apiVersion"]!.ToString().ShouldBe("meta.k8s.io/v1");
        partial.ContainsKey("data").ShouldBeFalse();
        JsonNode.DeepEquals(partial["metadata"], whole["metadata"]).ShouldBeTrue();
        await api.SendAsync(HttpMethod.Delete, $"{Maps}/partial");
        await api.MergeAsync($"{Maps}/partial", """{"metadata":{"finalizers":null}}""");
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string accept, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (encoding is not null)
        {
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue(encoding));
        }

        return await api.Server.Client.SendAsync(request);
    }
}
