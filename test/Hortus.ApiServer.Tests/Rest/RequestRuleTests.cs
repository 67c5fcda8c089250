using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.ApiServer.Tests.Rest;

/// <summary>Rules for requests that are easily got wrong because most clients never break them.</summary>
[Trait("Category", "Integration")]
public sealed class RequestRuleTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Maps = "api/v1/namespaces/default/configmaps";
    private const string Apply = "application/apply-patch+yaml";

    [Theory]
    [InlineData("api/v1/namespaces/default/endpoints", """{"subsets":[]}""")]
    [InlineData("api/v1/namespaces/default/limitranges", """{"spec":{"limits":[]} }""")]
    [InlineData("apis/coordination.k8s.io/v1/namespaces/default/leases", """{"spec":{"holderIdentity":"me"} }""")]
    [InlineData("apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", "{}")]
    [InlineData("apis/rbac.authorization.k8s.io/v1/clusterroles", "{}")]
    public async Task Put_creates_the_kinds_that_upstream_lets_it_create(string path, string body)
    {
        (await api.PutAsync(path + "/put-made", Named(body, "put-made"))).Code.ShouldBe(HttpStatusCode.Created);
        (await api.PutAsync(Maps + "/put-made", ApiFixture.ConfigMap("put-made"))).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("apis/coordination.k8s.io/v1/namespaces/default/leases", """{"spec":{"holderIdentity":"me"} }""")]
    [InlineData("apis/policy/v1/namespaces/default/poddisruptionbudgets", """{"spec":{"minAvailable":1} }""")]
    [InlineData("apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", """{"webhooks":[]}""")]
    [InlineData("apis/storage.k8s.io/v1/csidrivers", """{"spec":{} }""")]
    public async Task Update_of_some_kinds_has_to_name_the_version_it_changes(string path, string body)
    {
        var made = await api.PostAsync(path, Named(body, "pinned"));
        made.Code.ShouldBe(HttpStatusCode.Created, made.Message);

        var blind = await api.PutAsync(path + "/pinned", Named(body, "pinned"));

        ((int)blind.Code).ShouldBe(422);
        blind.Message.ShouldContain("metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
        (await api.PutAsync(path + "/pinned", made.Body.ToJsonString())).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_may_only_patch_or_update_cannot_create_that_way()
    {
        using var deadline = ApiFixture.Deadline();
        var tokens = System.IO.Path.GetTempFileName();
        using var cleanUp = new Removal(tokens);
        await File.WriteAllTextAsync(tokens, "tina-token,tina,42\n", deadline.Token);
        await using var server = await InProcessApiServer.StartAsync(
            new ApiServerOptions { AuthorizationMode = ["RBAC"], TokenAuthFile = tokens }, [], TimeProvider.System, deadline.Token);
        async Task<(HttpStatusCode Code, string Text)> SendAsync(
            HttpMethod method, string path, string body, string mediaType = "application/json", string? token = null)
        {
            using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body) };
            request.Content.Headers.ContentType = new(mediaType);
            if (token is not null)
            {
                request.Headers.Authorization = new("Bearer", token);
            }

            using var response = await server.Client.SendAsync(request, deadline.Token);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token));
        }

        const string Rules = "apis/rbac.authorization.k8s.io/v1/namespaces/default/";
        await SendAsync(HttpMethod.Post, Rules + "roles", """
            {"metadata":{"name":"patcher"},"rules":[{"apiGroups":[""],"resources":["configmaps","events"],"verbs":["patch","update"]}]}
            """);
        await SendAsync(HttpMethod.Post, Rules + "rolebindings", """
            {"metadata":{"name":"patcher"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"patcher"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"tina"}]}
            """);
        await SendAsync(HttpMethod.Post, Maps, ApiFixture.ConfigMap("there"));
        Task<(HttpStatusCode Code, string Text)> ApplyAsync(string name) => SendAsync(
            HttpMethod.Patch, $"{Maps}/{name}?fieldManager=m", ApiFixture.ConfigMap(name), Apply, "tina-token");
        while ((await ApplyAsync("there")).Code == HttpStatusCode.Forbidden)
        {
            // The server has not heard of the role yet; the deadline ends the wait.
        }

        var applied = await ApplyAsync("absent");
        var put = await SendAsync(
            HttpMethod.Put, "api/v1/namespaces/default/events/absent", """{"involvedObject":{"namespace":"default"} }""", token: "tina-token");

        applied.Code.ShouldBe(HttpStatusCode.Forbidden);
        applied.Text.ShouldContain("cannot create resource \\\"configmaps\\\"");
        put.Code.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Objects_of_all_namespaces_are_not_created_or_deleted_at_once()
    {
        await api.PostAsync(Maps, ApiFixture.ConfigMap("survivor"));

        (await api.DeleteAsync("api/v1/configmaps")).Code.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await api.PostAsync("api/v1/configmaps", ApiFixture.ConfigMap("x", metadata: ""","namespace":"default" """)))
            .Code.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await api.DeleteAsync("api/v1/namespaces")).Code.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await api.GetAsync(Maps + "/survivor")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("dryRun=")]
    [InlineData("dryRun=All&dryRun=")]
    [InlineData("fieldValidation=Maybe")]
    public async Task Option_without_meaning_is_refused_and_nothing_stored(string query)
    {
        var refused = await api.PostAsync($"{Maps}?{query}", ApiFixture.ConfigMap("optional"));

        ((int)refused.Code).ShouldBe(422);
        refused.Message.ShouldStartWith("CreateOptions.meta.k8s.io \"\" is invalid: ");
        (await api.GetAsync(Maps + "/optional")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"kind":"ConfigMap","apiVersion":"v1"}""", 400)]
    [InlineData("""{"dryRun":["All",""]}""", 422)]
    public async Task Delete_with_a_body_that_is_no_options_deletes_nothing(string body, int code)
    {
        await api.PostAsync(Maps, ApiFixture.ConfigMap("kept"));

        ((int)(await api.DeleteAsync(Maps + "/kept", body)).Code).ShouldBe(code);

        (await api.GetAsync(Maps + "/kept")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Applied_status_is_owned_by_who_applied_it()
    {
        const string Path = "apis/apps/v1/namespaces/default/deployments";
        var made = await api.PostAsync(Path, """
            {"metadata":{"name":"owned"},"spec":{"selector":{"matchLabels":{"a":"b"} },"template":{"metadata":{"labels":{"a":"b"} },
             "spec":{"containers":[{"name":"c","image":"i"}]} } } }
            """);
        made.Code.ShouldBe(HttpStatusCode.Created, made.Message);
        static string Status(int ready, string name = "owned") => $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}"},"status":{"readyReplicas":{{{ready}}} } }
            """;

        var first = await api.SendAsync(HttpMethod.Patch, Path + "/owned/status?fieldManager=one", Status(1), Apply);
        var second = await api.SendAsync(HttpMethod.Patch, Path + "/owned/status?fieldManager=two", Status(2), Apply);

        var entry = first.Body["metadata"]!["managedFields"]!.AsArray().Single(e => e!["manager"]!.ToString() == "one")!;
        entry["operation"]!.ToString().ShouldBe("Apply");
        entry["subresource"]!.ToString().ShouldBe("status");
        entry["fieldsV1"]!.ToJsonString().ShouldBe("""{"f:status":{"f:readyReplicas":{}}}""");
        second.Code.ShouldBe(HttpStatusCode.Conflict);
        second.Message.ShouldContain("conflict with \"one\" with subresource \"status\": .status.readyReplicas");
    }

    [Theory]
    [InlineData("labelSelector=a%3Db,", 400)]
    [InlineData("fieldSelector=metadata.name%3Da%3Db", 400)]
    [InlineData("fieldSelector=metadata.name%3Da%5C%3Db", 200)]
    [InlineData("fieldSelector=,", 200)]
    public async Task Selectors_are_read_to_their_end(string query, int code) =>
        ((int)(await api.GetAsync($"{Maps}?{query}")).Code).ShouldBe(code);

    [Fact]
    public async Task Namespace_may_be_selected_where_there_is_none()
    {
        (await api.GetAsync("apis/rbac.authorization.k8s.io/v1/clusterroles?fieldSelector=metadata.namespace%3Dx"))
            .ItemNames.ShouldBeEmpty();
        (await api.GetAsync("api/v1/nodes?fieldSelector=metadata.namespace%3Dx")).Code.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("apis", "text/html")]
    [InlineData("apis/apps/v1", "application/vnd.kubernetes.protobuf")]
    [InlineData("apis", "application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList")]
    [InlineData(Maps, "garbage")]
    [InlineData(Maps, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")]
    [InlineData(Maps + "/any", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")]
    public async Task Form_that_is_not_served_is_not_acceptable(string path, string accept)
    {
        await api.PostAsync(Maps, ApiFixture.ConfigMap("any"));

        (await api.GetAsync(path, accept)).Reason.ShouldBe("NotAcceptable");
    }

    [Theory]
    [InlineData("application/merge-patch+json")]
    [InlineData(Apply)]
    public async Task Patch_is_no_body_of_a_create(string mediaType)
    {
        (await api.SendAsync(HttpMethod.Post, Maps, ApiFixture.ConfigMap("patchlike"), mediaType)).Code
            .ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await api.GetAsync(Maps + "/patchlike")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Scale_is_shown_as_a_table_and_as_metadata()
    {
        const string Path = "apis/apps/v1/namespaces/default/deployments";
        await api.PostAsync(Path, """
            {"metadata":{"name":"scaled"},"spec":{"replicas":4,"selector":{"matchLabels":{"a":"b"} },"template":{"metadata":{"labels":
             {"a":"b"} },"spec":{"containers":[{"name":"c","image":"i"}]} } } }
            """);

        var table = (await api.GetAsync(Path + "/scaled/scale", "application/json;as=Table;v=v1;g=meta.k8s.io")).Body;
        var metadata = (await api.GetAsync(Path + "/scaled/scale", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")).Body;

        table["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.ToString()).ShouldBe(["Name", "Desired", "Available", "Age"]);
        table["rows"]![0]!["cells"]!.AsArray().Take(3).Select(c => c!.ToString()).ShouldBe(["scaled", "4", "0"]);
        metadata["kind"]!.ToString().ShouldBe("PartialObjectMetadata");
        metadata.ContainsKey("spec").ShouldBeFalse();
    }

    [Fact]
    public async Task Warnings_leave_room_for_the_headers_that_clients_take()
    {
        var fields = new StringBuilder();
        for (var i = 0; i < 200; i++)
        {
            fields.Append(System.Globalization.CultureInfo.InvariantCulture, $",\"f{i}\":1");
        }

        var made = await api.PostAsync(Maps, $$"""{"metadata":{"name":"warned"}{{fields}}}""");

        made.Code.ShouldBe(HttpStatusCode.Created);
        made.Warnings.Count.ShouldBeInRange(50, 80);
    }

    [Fact]
    public async Task Probes_have_a_path_for_each_check_and_leave_out_what_they_are_told_to()
    {
        (await TextAsync("livez/ping")).ShouldBe((HttpStatusCode.OK, "ok"));
        (await TextAsync("livez/nothing")).Code.ShouldBe(HttpStatusCode.NotFound);
        (await TextAsync("readyz?verbose&exclude=store")).Text.ShouldContain("[+]store excluded: ok");
        (await TextAsync("readyz?verbose")).Text.ShouldEndWith("readyz check passed\n");
    }

    private static string Named(string body, string name)
    {
        var value = (JsonObject)JsonNode.Parse(body)!;
        value["metadata"] = new JsonObject { ["name"] = name };
        return value.ToJsonString();
    }

    private async Task<(HttpStatusCode Code, string Text)> TextAsync(string path)
    {
        using var deadline = ApiFixture.Deadline();
        using var response = await api.Server.Client.GetAsync(new Uri(path, UriKind.Relative), deadline.Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token));
    }

    private sealed class Removal(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
