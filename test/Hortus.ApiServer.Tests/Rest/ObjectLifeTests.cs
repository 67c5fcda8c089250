using System.Net;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Tests.Rest;

[Trait("Category", "Integration")]
public sealed class ObjectLifeTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string ConfigMaps = "api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Create_fills_in_what_the_server_owns()
    {
        var created = await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("owned", metadata: ""","uid":"mine","generation":7"""));

        created.Code.ShouldBe(HttpStatusCode.Created);
        var metadata = created.Body["metadata"]!;
        metadata["namespace"]!.ToString().ShouldBe("default");
        Guid.TryParse(metadata["uid"]!.ToString(), out _).ShouldBeTrue();
        metadata["generation"].ShouldBeNull();
        long.Parse(created.Version).ShouldBeGreaterThan(0);
        (await api.GetAsync($"{ConfigMaps}/owned")).Version.ShouldBe(created.Version);
    }

    [Fact]
    public async Task Create_of_a_name_that_exists_is_refused()
    {
        await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("twice"));

        var again = await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("twice"));

        again.Code.ShouldBe(HttpStatusCode.Conflict);
        again.Reason.ShouldBe("AlreadyExists");
        again.Message.ShouldBe("configmaps \"twice\" already exists");
    }

    [Fact]
    public async Task Create_with_generateName_makes_names_of_the_prefix_and_five_letters()
    {
        var created = await api.PostAsync(
            ConfigMaps, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"made-"}}""");

        created.Name.ShouldMatch("^made-[bcdfghjklmnpqrstvwxz2456789]{5}$");
    }

    [Theory]
    [InlineData("""{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"x"}}""", 400)]
    [InlineData("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}}""", 400)]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","namespace":"other"}}""", 400)]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","resourceVersion":"5"}}""", 400)]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"Not_a_name"}}""", 422)]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}""", 422)]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a":"no spaces"}}}""", 422)]
    [InlineData("""{"apiVersion":""", 400)]
    public async Task Create_of_a_bad_object_is_refused(string body, int code)
    {
        var answer = await api.PostAsync(ConfigMaps, body);

        ((int)answer.Code).ShouldBe(code);
        answer.Body["kind"]!.ToString().ShouldBe("Status");
    }

    [Fact]
    public async Task Update_with_an_old_version_conflicts()
    {
        var created = await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("locked"));
        var body = created.Body;
        body["data"]!["key"] = "2";
        var updated = await api.PutAsync($"{ConfigMaps}/locked", body.ToJsonString());

        var again = await api.PutAsync($"{ConfigMaps}/locked", body.ToJsonString());

        updated.Code.ShouldBe(HttpStatusCode.OK);
        again.Code.ShouldBe(HttpStatusCode.Conflict);
        again.Message.ShouldBe("Operation cannot be fulfilled on configmaps \"locked\": the object has been modified; "
            + "please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task Update_without_a_change_keeps_the_version()
    {
        var created = await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("still"));

        (await api.PutAsync($"{ConfigMaps}/still", ApiFixture.ConfigMap("still"))).Version.ShouldBe(created.Version);
        (await api.MergeAsync($"{ConfigMaps}/still", """{"data":{"key":"1"}}""")).Version.ShouldBe(created.Version);
    }

    [Fact]
    public async Task Update_of_an_absent_object_is_not_found()
    {
        var answer = await api.PutAsync($"{ConfigMaps}/absent", ApiFixture.ConfigMap("absent"));

        answer.Code.ShouldBe(HttpStatusCode.NotFound);
        answer.Message.ShouldBe("configmaps \"absent\" not found");
    }

    [Fact]
    public async Task Patches_of_three_kinds_change_what_they_name()
    {
        await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("patched"));

        await api.MergeAsync($"{ConfigMaps}/patched", """{"data":{"a":"1"}}""");
        await api.SendAsync(HttpMethod.Patch, $"{ConfigMaps}/patched",
            """[{"op":"add","path":"/data/b","value":"2"}]""", "application/json-patch+json");
        var last = await api.SendAsync(HttpMethod.Patch, $"{ConfigMaps}/patched",
            """{"data":{"key":null}}""", "application/strategic-merge-patch+json");

        last.Body["data"]!.ToJsonString().ShouldBe("""{"a":"1","b":"2"}""");
    }

    [Fact]
    public async Task Patch_of_an_unknown_media_type_lists_the_known_ones()
    {
        var answer = await api.SendAsync(HttpMethod.Patch, $"{ConfigMaps}/patched", "{}", "text/plain");

        answer.Code.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        answer.Message.ShouldContain("application/merge-patch+json");
    }

    [Fact]
    public async Task Apply_creates_then_owns_its_fields()
    {
        const string config = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"a":"1"}}""";

        var created = await api.SendAsync(HttpMethod.Patch, $"{ConfigMaps}/applied?fieldManager=one",
            config, "application/apply-patch+yaml");
        var conflict = await api.SendAsync(HttpMethod.Patch, $"{ConfigMaps}/applied?fieldManager=two",
            config.Replace("\"1\"", "\"2\"", StringComparison.Ordinal), "application/apply-patch+yaml");

        created.Code.ShouldBe(HttpStatusCode.Created);
        conflict.Code.ShouldBe(HttpStatusCode.Conflict);
        conflict.Message.ShouldContain("conflict with \"one\"");
    }

    [Fact]
    public async Task Unknown_fields_warn_or_fail_as_asked()
    {
        const string body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"unknown"},"dta":{}}""";

        var strict = await api.PostAsync(ConfigMaps + "?fieldValidation=Strict", body);
        var warned = await api.PostAsync(ConfigMaps, body);

        strict.Code.ShouldBe(HttpStatusCode.BadRequest);
        strict.Message.ShouldContain("unknown field \"dta\"");
        warned.Code.ShouldBe(HttpStatusCode.Created);
        warned.Warnings.ShouldHaveSingleItem().ShouldContain("unknown field");
    }

    [Fact]
    public async Task Dry_run_answers_but_stores_nothing()
    {
        var answer = await api.PostAsync(ConfigMaps + "?dryRun=All", ApiFixture.ConfigMap("dry"));

        answer.Code.ShouldBe(HttpStatusCode.Created);
        (await api.GetAsync($"{ConfigMaps}/dry")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delete_answers_with_a_status_and_removes()
    {
        var created = await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("gone"));

        var deleted = await api.DeleteAsync($"{ConfigMaps}/gone");

        deleted.Body["status"]!.ToString().ShouldBe("Success");
        deleted.Body["details"]!["uid"]!.ToString().ShouldBe(created.Body["metadata"]!["uid"]!.ToString());
        (await api.GetAsync($"{ConfigMaps}/gone")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delete_of_an_object_with_finalizers_waits_for_the_last_one()
    {
        await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("kept", metadata: ""","finalizers":["example.com/a"]"""));

        var deleted = await api.DeleteAsync($"{ConfigMaps}/kept");
        var added = await api.MergeAsync($"{ConfigMaps}/kept", """{"metadata":{"finalizers":["example.com/a","example.com/b"]}}""");
        var released = await api.MergeAsync($"{ConfigMaps}/kept", """{"metadata":{"finalizers":null}}""");

        deleted.Body["metadata"]!["deletionTimestamp"].ShouldNotBeNull();
        added.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        released.Code.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync($"{ConfigMaps}/kept")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Object_that_is_being_deleted_gets_no_new_finalizers_and_stays_so()
    {
        const string name = "ending";
        await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap(name, metadata: ""","finalizers":["example.com/hold"]"""));
        var ending = await api.DeleteAsync($"{ConfigMaps}/{name}");
        ending.Code.ShouldBe(HttpStatusCode.OK);

        var more = await api.MergeAsync($"{ConfigMaps}/{name}", """{"metadata":{"finalizers":["example.com/hold","example.com/more"]}}""");
        more.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        more.Message.ShouldContain("no new finalizers can be added if the object is being deleted");
        var revived = await api.MergeAsync($"{ConfigMaps}/{name}", """{"metadata":{"deletionTimestamp":null}}""");
        revived.Body["metadata"]!["deletionTimestamp"]!.ToString().ShouldBe(
            ending.Body["metadata"]!["deletionTimestamp"]!.ToString());

        // A second deletion changes nothing; the last finalizer that goes takes the object along, and is still seen.
        (await api.DeleteAsync($"{ConfigMaps}/{name}")).Code.ShouldBe(HttpStatusCode.OK);
        var last = await api.MergeAsync($"{ConfigMaps}/{name}", """{"metadata":{"finalizers":null}}""");
        (last.Code, last.Name).ShouldBe((HttpStatusCode.OK, name));
        (await api.GetAsync($"{ConfigMaps}/{name}")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("Foreground", "foregroundDeletion")]
    [InlineData("Orphan", "orphan")]
    public async Task Delete_with_a_policy_leaves_the_object_to_the_garbage_collector(string policy, string finalizer)
    {
        var name = "policy-" + policy.ToLowerInvariant();
        await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap(name));

        var deleted = await api.DeleteAsync($"{ConfigMaps}/{name}", $$"""{"propagationPolicy":"{{policy}}"}""");

        deleted.Body["metadata"]!["finalizers"]!.AsArray().Select(f => f!.ToString()).ShouldBe([finalizer]);
    }

    [Fact]
    public async Task Delete_with_another_uid_conflicts()
    {
        await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("uid"));

        (await api.DeleteAsync($"{ConfigMaps}/uid", """{"preconditions":{"uid":"other"}}""")).Code
            .ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Status_and_spec_are_written_through_their_own_paths()
    {
        const string path = "api/v1/namespaces/default/persistentvolumeclaims";
        const string body = """
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"split"},
             "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}},"status":{"phase":"Bound"}}
            """;
        var created = await api.PostAsync(path, body);

        var updated = await api.MergeAsync($"{path}/split/status", """{"status":{"phase":"Bound"},"spec":{"volumeName":"v"}}""");

        created.Body["status"]?["phase"]?.ToString().ShouldNotBe("Bound");
        updated.Body["status"]!["phase"]!.ToString().ShouldBe("Bound");
        updated.Body["spec"]!["volumeName"].ShouldBeNull();
    }

    [Fact]
    public async Task Body_beyond_the_limit_is_refused()
    {
        var answer = await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("large", new string('x', 3 * 1024 * 1024)));

        answer.Code.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Unknown_resources_and_verbs_are_named()
    {
        var resource = await api.GetAsync("api/v1/namespaces/default/nothings");
        var verb = await api.GetAsync("apis/authorization.k8s.io/v1/selfsubjectaccessreviews");

        resource.Code.ShouldBe(HttpStatusCode.NotFound);
        resource.Message.ShouldBe("the server could not find the requested resource");
        verb.Code.ShouldBe(HttpStatusCode.MethodNotAllowed);
        verb.Body["kind"]!.ToString().ShouldBe("Status");
    }

    [Fact]
    public async Task Collection_delete_removes_what_the_selector_matches()
    {
        await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("sweep-1", metadata: ""","labels":{"sweep":"yes"}"""));
        await api.PostAsync(ConfigMaps, ApiFixture.ConfigMap("sweep-2", metadata: ""","labels":{"sweep":"no"}"""));

        var answer = await api.DeleteAsync(ConfigMaps + "?labelSelector=sweep%3Dyes");

        answer.ItemNames.ShouldBe(["sweep-1"]);
        (await api.GetAsync($"{ConfigMaps}/sweep-2")).Code.ShouldBe(HttpStatusCode.OK);
    }
}
