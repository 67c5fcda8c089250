using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Tests.Rest;
using static Hortus.ApiServer.Tests.Webhooks.WebhookFixture;

namespace Hortus.ApiServer.Tests.Webhooks;

/// <summary>The conformance tests of CustomResourceConversionWebhook, with the same meaning, and what surrounds
/// them.</summary>
[Trait("Category", "Integration")]
public sealed class ConversionWebhookTests(WebhookFixture fixture) : IClassFixture<WebhookFixture>
{
    private const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly ApiFixture api = fixture.Api;
    private readonly WebhookServer hooks = fixture.Hooks;

    [Fact]
    public async Task Custom_resource_is_converted_from_v1_to_v2()
    {
        var path = await PrepareAsync("one", Convert);
        var created = await api.PostAsync(path("v1"), Thing("x", """{"hostPort":"localhost:8080"}"""));

        var read = await api.GetAsync(path("v2") + "/x");

        created.Code.ShouldBe(HttpStatusCode.Created);
        created.Body["data"]!.ToJsonString().ShouldBe("""{"hostPort":"localhost:8080"}""");
        read.Body["apiVersion"]!.ToString().ShouldBe("one.example.com/v2");
        read.Body["data"]!.ToJsonString().ShouldBe("""{"host":"localhost","port":"8080"}""");
        read.Body["metadata"]!["uid"]!.ToString().ShouldBe(created.Body["metadata"]!["uid"]!.ToString());
        read.Version.ShouldBe(created.Version);
    }

    [Fact]
    public async Task Non_homogeneous_list_is_converted_in_one_call()
    {
        var path = await PrepareAsync("list", Convert);
        await api.PostAsync(path("v1"), Thing("first", """{"hostPort":"a:1"}"""));
        var definition = (await api.GetAsync($"{Definitions}/things.list.example.com")).Body;
        definition["spec"]!["versions"]![0]!["storage"] = false;
        definition["spec"]!["versions"]![1]!["storage"] = true;
        var stored = await api.PutAsync($"{Definitions}/things.list.example.com", definition.ToJsonString());
        await EventuallyAsync(() => api.GetAsync($"{Definitions}/things.list.example.com"),
            a => a.Body["status"]!["storedVersions"]!.AsArray().Count == 2);
        await EventuallyAsync(
            () => api.PostAsync(path("v1") + "?dryRun=All", Thing("probe", """{"hostPort":"p:1"}""")),
            _ => hooks.Seen.Any(r => Wants(r, "list.example.com/v2", "probe")));
        await api.PostAsync(path("v2"), Thing("second", """{"host":"b","port":"2"}"""));

        var v1 = await api.GetAsync(path("v1"));
        var v2 = await api.GetAsync(path("v2"));

        stored.Code.ShouldBe(HttpStatusCode.OK);
        v1.Body["items"]!.AsArray().Select(i => i!["data"]!["hostPort"]!.ToString()).ShouldBe(["a:1", "b:2"]);
        v2.Body["items"]!.AsArray().Select(i => i!["data"]!["host"]!.ToString()).ShouldBe(["a", "b"]);
        v1.Body["items"]!.AsArray().Select(i => i!["apiVersion"]!.ToString()).Distinct().ShouldBe(["list.example.com/v1"]);
    }

    [Fact]
    public async Task Writes_through_another_version_are_stored_in_the_stored_one()
    {
        var path = await PrepareAsync("write", Convert);
        await api.PostAsync(path("v2"), Thing("x", """{"host":"h","port":"1"}"""));

        var patched = await api.MergeAsync(path("v2") + "/x", """{"data":{"port":"2"}}""");
        var applied = await api.SendAsync(HttpMethod.Patch, path("v2") + "/y?fieldManager=m",
            """{"apiVersion":"write.example.com/v2","kind":"Thing","metadata":{"name":"y"},"data":{"host":"i","port":"3"}}""",
            "application/apply-patch+yaml");

        patched.Body["data"]!.ToJsonString().ShouldBe("""{"host":"h","port":"2"}""");
        applied.Code.ShouldBe(HttpStatusCode.Created);
        (await api.GetAsync(path("v1") + "/x")).Body["data"]!.ToJsonString().ShouldBe("""{"hostPort":"h:2"}""");
        (await api.GetAsync(path("v1") + "/y")).Body["data"]!.ToJsonString().ShouldBe("""{"hostPort":"i:3"}""");
        (await api.DeleteAsync(path("v2") + "/x")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Watch_of_another_version_sees_converted_objects()
    {
        var path = await PrepareAsync("watch", Convert);
        await api.PostAsync(path("v1"), Thing("x", """{"hostPort":"a:1"}"""));
        using var deadline = ApiFixture.Deadline();
        using var response = await api.Server.Client.GetAsync(
            path("v2") + "?watch=1", HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        var first = JsonNode.Parse((await reader.ReadLineAsync(deadline.Token))!)!;
        await api.MergeAsync(path("v1") + "/x", """{"data":{"hostPort":"a:2"}}""");
        var second = JsonNode.Parse((await reader.ReadLineAsync(deadline.Token))!)!;

        first["type"]!.ToString().ShouldBe("ADDED");
        first["object"]!["data"]!["port"]!.ToString().ShouldBe("1");
        second["type"]!.ToString().ShouldBe("MODIFIED");
        second["object"]!["data"]!["port"]!.ToString().ShouldBe("2");
    }

    [Theory]
    [InlineData("name", "returned invalid converted object at index 0: must have the same name: x != other")]
    [InlineData("count", "returned 0 objects, expected 1")]
    [InlineData("version", "invalid groupVersion: expected bad-version.example.com/v2, got bad-version.example.com/v1")]
    [InlineData("uid", "expected response.uid")]
    [InlineData("failed", "failed: this does not work")]
    [InlineData("label", "returned invalid metadata: metadata.labels")]
    public async Task Answer_that_breaks_the_rules_is_refused(string way, string expected)
    {
        var path = await PrepareAsync("bad-" + way, review => Break(way, Convert(review)));
        await api.PostAsync(path("v1"), Thing("x", """{"hostPort":"a:1"}"""));

        var answer = await api.GetAsync(path("v2") + "/x");

        answer.Code.ShouldBe(HttpStatusCode.InternalServerError);
        answer.Message.ShouldStartWith($"conversion webhook for bad-{way}.example.com/v1, Kind=Thing ");
        answer.Message.ShouldContain(expected);
        (await api.GetAsync(path("v1") + "/x")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Webhook_changes_labels_and_annotations_but_nothing_else_of_metadata()
    {
        var path = await PrepareAsync("meta", review =>
        {
            var answer = Convert(review);
            var metadata = answer["response"]!["convertedObjects"]![0]!["metadata"]!;
            metadata["labels"] = new JsonObject { ["added"] = "yes" };
            metadata["finalizers"] = new JsonArray("example.com/never");
            metadata["generation"] = 77;
            return answer;
        });
        await api.PostAsync(path("v1"), Thing("x", """{"hostPort":"a:1"}"""));

        var read = (await api.GetAsync(path("v2") + "/x")).Body["metadata"]!;

        read["labels"]!.ToJsonString().ShouldBe("""{"added":"yes"}""");
        read["finalizers"].ShouldBeNull();
        read["generation"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Definition_whose_webhook_is_gone_can_be_deleted()
    {
        var path = await PrepareAsync("gone", Convert);
        await api.PostAsync(path("v1"), Thing("x", """{"hostPort":"a:1"}"""));
        hooks.On("/gone", _ => []);

        await api.DeleteAsync($"{Definitions}/things.gone.example.com");

        await EventuallyAsync(
            () => api.GetAsync($"{Definitions}/things.gone.example.com"), a => a.Code == HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"strategy":"Webhook"}""", "spec.conversion.webhook.clientConfig: Required value")]
    [InlineData("""{"strategy":"Webhook","webhook":{"clientConfig":{"url":"http://x/"},"conversionReviewVersions":["v1"]}}""", "'https' is the only allowed URL scheme")]
    [InlineData("""{"strategy":"Webhook","webhook":{"clientConfig":{"url":"https://x/"},"conversionReviewVersions":["v1beta1"]}}""", "must include at least one of v1")]
    [InlineData("""{"strategy":"None","webhook":{"conversionReviewVersions":["v1"]}}""", "should not be set when strategy is not set to Webhook")]
    public async Task Conversion_that_cannot_work_is_refused(string conversion, string expected)
    {
        var body = $$$"""
            {"metadata":{"name":"things.refused.example.com"},"spec":{"group":"refused.example.com","scope":"Namespaced",
             "names":{"plural":"things","kind":"Thing"},"versions":[{{{Version("v1", true, "a")}}}],"conversion":{{{conversion}}}}}
            """;

        var answer = await api.PostAsync(Definitions, body);

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task Object_stored_before_the_schema_had_a_default_gets_it_when_read()
    {
        await fixture.NamespaceAsync("fromstore");
        await fixture.DefineAsync("fromstore.example.com", Version("v1", true, "a", "b"));
        const string path = "apis/fromstore.example.com/v1/namespaces/fromstore/things";
        await api.PostAsync(path, Thing("x", """{"a":"1"}"""));
        await api.SendAsync(HttpMethod.Patch, $"{Definitions}/things.fromstore.example.com", """
            [{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/data/properties/b/default","value":"B"}]
            """, "application/json-patch+json");

        await EventuallyAsync(() => api.GetAsync(path + "/x"), a => a.Body["data"]!["b"]?.ToString() == "B");
        (await api.GetAsync(path)).Body["items"]![0]!["data"]!.ToJsonString().ShouldBe("""{"a":"1","b":"B"}""");
    }

    private static bool Wants(JsonObject review, string version, string name) =>
        review["request"]?["desiredAPIVersion"]?.ToString() == version
        && review["request"]!["objects"]!.AsArray().Any(o => o!["metadata"]!["name"]!.ToString() == name);

    /// <summary>Defines things in v1 (stored, with hostPort) and v2 (with host and port); gives the path of a
    /// version.</summary>
    private async Task<Func<string, string>> PrepareAsync(string name, Func<JsonObject, JsonObject> answer)
    {
        await fixture.NamespaceAsync(name);
        var url = hooks.On("/" + name, answer);
        await fixture.DefineAsync(
            name + ".example.com",
            Version("v1", true, "hostPort") + "," + Version("v2", false, "host", "port"),
            $$$"""
            {"strategy":"Webhook","webhook":{"clientConfig":{"url":"{{{url}}}","caBundle":"{{{hooks.CaBundle}}}"},
             "conversionReviewVersions":["v1"]}}
            """);
        return version => $"apis/{name}.example.com/{version}/namespaces/{name}/things";
    }

    private static JsonObject Convert(JsonObject review)
    {
        var request = review["request"]!;
        var desired = request["desiredAPIVersion"]!.ToString();
        var converted = new JsonArray();
        foreach (var source in request["objects"]!.AsArray())
        {
            var copy = source!.DeepClone();
            copy["apiVersion"] = desired;
            var data = copy["data"]!;
            copy["data"] = desired.EndsWith("/v2", StringComparison.Ordinal)
                ? new JsonObject
                {
                    ["host"] = data["hostPort"]!.ToString().Split(':')[0],
                    ["port"] = data["hostPort"]!.ToString().Split(':')[1],
                }
                : new JsonObject { ["hostPort"] = $"{data["host"]}:{data["port"]}" };
            converted.Add(copy);
        }

        return new JsonObject
        {
            ["kind"] = "ConversionReview",
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["response"] = new JsonObject
            {
                ["uid"] = request["uid"]!.ToString(),
                ["convertedObjects"] = converted,
                ["result"] = new JsonObject { ["status"] = "Success" },
            },
        };
    }

    private static JsonObject Break(string way, JsonObject answer)
    {
        var response = (JsonObject)answer["response"]!;
        var first = response["convertedObjects"]![0]!;
        switch (way)
        {
            case "name":
                first["metadata"]!["name"] = "other";
                break;
            case "count":
                response["convertedObjects"] = new JsonArray();
                break;
            case "version":
                first["apiVersion"] = "bad-version.example.com/v1";
                break;
            case "uid":
                response["uid"] = "another";
                break;
            case "label":
                first["metadata"]!["labels"] = new JsonObject { ["a b"] = "c" };
                break;
            default:
                response["result"] = new JsonObject { ["status"] = "Failure", ["message"] = "this does not work" };
                break;
        }

        return answer;
    }

    private static string Thing(string name, string data) =>
        $$$"""{"kind":"Thing","metadata":{"name":"{{{name}}}"},"data":{{{data}}}}""";
}
