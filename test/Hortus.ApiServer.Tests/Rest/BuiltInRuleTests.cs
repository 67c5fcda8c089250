using System.Net;

namespace Hortus.ApiServer.Tests.Rest;

/// <summary>Rules of built-in kinds as kube-apiserver has them, met by request.</summary>
[Trait("Category", "Integration")]
public sealed class BuiltInRuleTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Core = "api/v1/namespaces/default";

    [Theory]
    [InlineData("services", """{"spec":{"ports":[{"port":80,"targetPort":"A_"}]}}""", "spec.ports[0].targetPort")]
    [InlineData("services", """{"spec":{"externalTrafficPolicy":"Local","ports":[{"port":80}]}}""", "externally-accessible services")]
    [InlineData("secrets", """{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"aGVsbG8="}}""", "data[.dockerconfigjson]")]
    [InlineData("secrets", """{"type":"kubernetes.io/basic-auth"}""", "data[password]: Required value")]
    public async Task Object_that_nobody_could_use_is_refused(string resource, string body, string message)
    {
        var answer = await api.PostAsync($"{Core}/{resource}", Named(body));

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity, answer.Message);
        answer.Message.ShouldContain(message);
        answer.Message.ShouldNotContain("hello");
    }

    [Fact]
    public async Task Traffic_policy_goes_when_a_service_is_no_longer_reached_from_outside()
    {
        const string Path = Core + "/services";
        await api.PostAsync(Path, """
            {"metadata":{"name":"turned"},"spec":{"type":"NodePort","externalTrafficPolicy":"Local","ports":[{"port":80}]}}
            """);

        var inside = await api.MergeAsync(Path + "/turned", """{"spec":{"type":"ClusterIP"}}""");
        var byAddress = await api.MergeAsync(Path + "/turned", """{"spec":{"externalIPs":["192.0.2.7"]}}""");

        inside.Code.ShouldBe(HttpStatusCode.OK, inside.Message);
        inside.Body["spec"]!["externalTrafficPolicy"].ShouldBeNull();
        byAddress.Body["spec"]!["externalTrafficPolicy"]!.ToString().ShouldBe("Cluster");
    }

    [Theory]
    [InlineData("""{"addressType":"IPv4","endpoints":[{"addresses":["x"]}]}""", "endpoints[0].addresses[0]: Invalid value: \"x\"")]
    [InlineData("""{"addressType":"IPv4","endpoints":[{"addresses":["fd00::1"]}]}""", "must be a valid IPv4 address")]
    [InlineData("""{"addressType":"IPv6","endpoints":[{"addresses":["10.0.0.1"]}]}""", "must be a valid IPv6 address")]
    [InlineData("""{"addressType":"IPX","endpoints":[]}""", "addressType: Unsupported value: \"IPX\"")]
    [InlineData("""{"addressType":"IPv4","endpoints":[{"addresses":[]}]}""", "endpoints[0].addresses: Required value")]
    [InlineData("""{"addressType":"IPv4","endpoints":[],"ports":[{"name":"A_"}]}""", "ports[0].name: Invalid value: \"A_\"")]
    [InlineData("""{"addressType":"IPv4","endpoints":[],"ports":[{"name":"a"},{"name":"a"}]}""", "ports[1].name: Duplicate value: \"a\"")]
    public async Task Endpoint_slice_with_what_is_no_address_is_refused(string body, string message)
    {
        var answer = await api.PostAsync("apis/discovery.k8s.io/v1/namespaces/default/endpointslices", Named(body));

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Job_chooses_its_selector_unless_its_owner_says_to_do_so_himself()
    {
        const string Path = "apis/batch/v1/namespaces/default/jobs";
        const string Template = """
            "selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
             "spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}
            """;

        var own = await api.PostAsync(Path, $$$"""{"metadata":{"name":"own"},"spec":{{{{Template}}}} }""");
        var manual = await api.PostAsync(Path, $$$"""{"metadata":{"name":"manual"},"spec":{"manualSelector":true,{{{Template}}}} }""");

        own.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        own.Message.ShouldContain("spec.selector: Invalid value");
        own.Message.ShouldContain("`selector` not auto-generated");
        manual.Code.ShouldBe(HttpStatusCode.Created, manual.Message);
    }

    [Theory]
    [InlineData("""{"data":{"a":5}}""", "data.a")]
    [InlineData("""{"data":[]}""", "data")]
    [InlineData("""{"metadata":{"creationTimestamp":"yesterday"}}""", "metadata.creationTimestamp")]
    public async Task Body_of_wrong_types_cannot_be_handled(string body, string field)
    {
        const string Path = Core + "/configmaps";
        await api.PostAsync(Path, """{"metadata":{"name":"typed"}}""");

        var created = await api.PostAsync(Path, Named(body));
        var updated = await api.PutAsync(Path + "/typed", body);
        var patched = await api.MergeAsync(Path + "/typed", """{"data":{"a":5}}""");

        (created.Code, updated.Code, patched.Code).ShouldBe(
            (HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity));
        created.Message.ShouldStartWith("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: ");
        created.Message.ShouldContain(field);
        updated.Message.ShouldContain(field);
    }

    [Fact]
    public async Task Update_from_what_is_no_version_is_refused_and_from_another_one_conflicts()
    {
        const string Path = Core + "/configmaps";
        await api.PostAsync(Path, """{"metadata":{"name":"versioned"}}""");

        var none = await api.PutAsync(Path + "/versioned", """{"metadata":{"resourceVersion":"abc"}}""");
        var negative = await api.PutAsync(Path + "/versioned", """{"metadata":{"resourceVersion":"-1"}}""");
        var later = await api.PutAsync(Path + "/versioned", """{"metadata":{"resourceVersion":"999999999"}}""");

        none.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        none.Message.ShouldContain("metadata.resourceVersion: Invalid value: \"abc\"");
        negative.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        later.Code.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Name_in_the_path_wins_over_watch()
    {
        await api.PostAsync(Core + "/configmaps", """{"metadata":{"name":"looked-at"}}""");

        var found = await api.GetAsync(Core + "/configmaps/looked-at?watch=1");

        found.Body["kind"]!.ToString().ShouldBe("ConfigMap");
    }

    [Fact]
    public async Task Pod_is_bound_by_the_collection_of_bindings_too()
    {
        await api.PostAsync(Core + "/serviceaccounts", """{"metadata":{"name":"default"}}""");
        await api.PostAsync(Core + "/pods", """{"metadata":{"name":"loose"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");
        const string Body = """{"apiVersion":"v1","kind":"Binding","metadata":{"name":"loose"},"target":{"kind":"Node","name":"n1"}}""";

        var dry = await api.PostAsync(Core + "/bindings?dryRun=All", Body);
        var unbound = await api.GetAsync(Core + "/pods/loose");
        var bound = await api.PostAsync(Core + "/bindings", Body);
        var again = await api.PostAsync(Core + "/bindings", Body);
        var pod = await api.GetAsync(Core + "/pods/loose");

        dry.Code.ShouldBe(HttpStatusCode.Created, dry.Message);
        unbound.Body["spec"]!["nodeName"].ShouldBeNull();
        bound.Code.ShouldBe(HttpStatusCode.Created, bound.Message);
        again.Code.ShouldBe(HttpStatusCode.Conflict);
        pod.Body["spec"]!["nodeName"]!.ToString().ShouldBe("n1");
        (await api.PostAsync(Core + "/bindings", """{"target":{"name":"n1"}}""")).Code.ShouldBe(HttpStatusCode.BadRequest);
        (await api.GetAsync("api/v1")).Body["resources"]!.AsArray().Select(r => r!["name"]!.ToString()).ShouldContain("bindings");
    }

    [Fact]
    public async Task Deleted_namespace_has_no_grace_period()
    {
        await api.PostAsync("api/v1/namespaces", """{"metadata":{"name":"ending"}}""");

        var deleted = await api.DeleteAsync("api/v1/namespaces/ending");

        deleted.Body["metadata"]!["deletionTimestamp"].ShouldNotBeNull();
        deleted.Body["metadata"]!["deletionGracePeriodSeconds"].ShouldBeNull();
    }

    private static string Named(string body)
    {
        var value = System.Text.Json.Nodes.JsonNode.Parse(body)!;
        value["metadata"] ??= new System.Text.Json.Nodes.JsonObject();
        value["metadata"]!["name"] = "n" + Guid.NewGuid().ToString("N")[..8];
        return value.ToJsonString();
    }
}
