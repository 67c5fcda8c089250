using System.Net;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Tests.Rest;

[Trait("Category", "Integration")]
public sealed class CustomResourceTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string AggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    [Fact]
    public async Task Definition_is_established_and_its_objects_are_defaulted_pruned_and_validated()
    {
        await EstablishAsync("gadgets", "Gadget");
        const string path = "apis/example.com/v1/namespaces/default/gadgets";

        var created = await api.PostAsync(path, Gadget("one", """{"size":3,"junk":true}"""));
        var bad = await api.PostAsync(path, Gadget("two", """{"size":0}"""));

        created.Code.ShouldBe(HttpStatusCode.Created);
        created.Body["spec"]!.ToJsonString().ShouldBe("""{"size":3,"color":"red"}""");
        created.Body["metadata"]!["generation"]!.GetValue<long>().ShouldBe(1);
        bad.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        bad.Body["details"]!["causes"]![0]!["field"]!.ToString().ShouldBe("spec.size");
    }

    [Fact]
    public async Task Versions_of_a_definition_show_the_same_objects()
    {
        await EstablishAsync("gizmos", "Gizmo");
        await api.PostAsync("apis/example.com/v1/namespaces/default/gizmos",
            Gadget("shared", """{"size":1}""").Replace("Gadget", "Gizmo", StringComparison.Ordinal));

        var other = await api.GetAsync("apis/example.com/v1beta1/namespaces/default/gizmos/shared");

        other.Body["apiVersion"]!.ToString().ShouldBe("example.com/v1beta1");
        other.Body["spec"]!["size"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Generation_counts_changes_of_spec_but_not_of_status()
    {
        await EstablishAsync("counters", "Counter");
        const string path = "apis/example.com/v1/namespaces/default/counters";
        await api.PostAsync(path, Gadget("c", """{"size":1}""").Replace("Gadget", "Counter", StringComparison.Ordinal));

        var status = await api.MergeAsync($"{path}/c/status", """{"status":{"seen":1}}""");
        var spec = await api.MergeAsync($"{path}/c", """{"spec":{"size":2}}""");

        status.Body["metadata"]!["generation"]!.GetValue<long>().ShouldBe(1);
        spec.Body["metadata"]!["generation"]!.GetValue<long>().ShouldBe(2);
        spec.Body["status"]!["seen"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Strategic_merge_patch_of_a_custom_resource_is_not_supported()
    {
        await EstablishAsync("gears", "Gear");

        var answer = await api.SendAsync(HttpMethod.Patch, "apis/example.com/v1/namespaces/default/gears/x", "{}",
            "application/strategic-merge-patch+json");

        answer.Code.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Custom_resource_update_must_name_a_version()
    {
        await EstablishAsync("bolts", "Bolt");
        const string path = "apis/example.com/v1/namespaces/default/bolts";
        var body = Gadget("b", """{"size":1}""").Replace("Gadget", "Bolt", StringComparison.Ordinal);
        await api.PostAsync(path, body);

        var answer = await api.PutAsync($"{path}/b", body);

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldContain("metadata.resourceVersion: Invalid value: 0");
    }

    [Fact]
    public async Task Definition_that_goes_takes_its_objects_along()
    {
        await EstablishAsync("leaves", "Leaf");
        await api.PostAsync("apis/example.com/v1/namespaces/default/leaves",
            Gadget("l", """{"size":1}""").Replace("Gadget", "Leaf", StringComparison.Ordinal));

        await api.DeleteAsync($"{Definitions}/leaves.example.com");

        await EventuallyAsync(async () =>
            (await api.GetAsync($"{Definitions}/leaves.example.com")).Code == HttpStatusCode.NotFound
            && (await api.GetAsync("apis/example.com/v1/namespaces/default/leaves")).Code == HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("other.example.com", """{"type":"object"}""", "metadata.name")]
    [InlineData("bads.example.com", """{"type":"string"}""", "openAPIV3Schema")]
    [InlineData("bads.example.com",
        """{"type":"object","x-kubernetes-validations":[{"rule":"self.nothing("}]}""", "x-kubernetes-validations")]
    public async Task Bad_definition_is_refused_with_the_path_of_the_fault(string name, string schema, string path)
    {
        var answer = await api.PostAsync(Definitions, Definition(name, "bads", "Bad", schema));

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldContain(path);
    }

    [Fact]
    public async Task Discovery_and_schemas_show_built_in_and_custom_kinds()
    {
        await EstablishAsync("shown", "Shown");

        var legacy = await api.GetAsync("apis/example.com/v1");
        var aggregated = await api.GetAsync("apis", AggregatedType);
        var index = await api.GetAsync("openapi/v3");
        var relative = index.Body["paths"]!["apis/example.com/v1"]!["serverRelativeURL"]!.ToString();
        var document = await api.GetAsync(relative);

        legacy.Body["resources"]!.AsArray().Select(r => r!["name"]!.ToString()).ShouldContain("shown/status");
        aggregated.ContentType.Replace(" ", "", StringComparison.Ordinal).ShouldBe(AggregatedType);
        aggregated.Body["items"]!.AsArray().Select(g => g!["metadata"]!["name"]!.ToString()).ShouldContain("apps");
        document.Body["components"]!["schemas"]!["com.example.v1.Shown"]!["properties"]!["spec"].ShouldNotBeNull();
        var patch = document.Body["paths"]!["/apis/example.com/v1/namespaces/{namespace}/shown/{name}"]!["patch"]!;
        patch["parameters"]!.AsArray().Select(p => p!["name"]!.ToString()).ShouldContain("fieldValidation");
    }

    private async Task EstablishAsync(string plural, string kind)
    {
        const string schema = """
            {"type":"object","properties":{
              "spec":{"type":"object","properties":{
                "size":{"type":"integer","minimum":1},"color":{"type":"string","default":"red"}}},
              "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}
            """;
        var name = plural + ".example.com";
        var created = await api.PostAsync(Definitions, Definition(name, plural, kind, schema));
        created.Code.ShouldBe(HttpStatusCode.Created, created.Message);
        await EventuallyAsync(async () =>
            ((await api.GetAsync($"{Definitions}/{name}")).Body["status"]?["conditions"] as JsonArray ?? [])
                .Any(c => c!["type"]!.ToString() == "Established" && c["status"]!.ToString() == "True"));
    }

    private static string Definition(string name, string plural, string kind, string schema) => $$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{name}}}"},
         "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"{{{plural}}}","kind":"{{{kind}}}"},
          "versions":[
           {"name":"v1","served":true,"storage":true,"subresources":{"status":{}},"schema":{"openAPIV3Schema":{{{schema}}}}},
           {"name":"v1beta1","served":true,"storage":false,"schema":{"openAPIV3Schema":{{{schema}}}}}]}}
        """;

    private static string Gadget(string name, string spec) =>
        $$$"""{"apiVersion":"example.com/v1","kind":"Gadget","metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""";

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var deadline = ApiFixture.Deadline();
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }
}
