using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Tests.Rest;
using static Hortus.ApiServer.Tests.Webhooks.WebhookFixture;

namespace Hortus.ApiServer.Tests.Webhooks;

/// <summary>The conformance tests of AdmissionWebhook, with the same meaning.</summary>
[Trait("Category", "Integration")]
public sealed class AdmissionWebhookTests(WebhookFixture fixture) : IClassFixture<WebhookFixture>
{
    private const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly ApiFixture api = fixture.Api;
    private readonly WebhookServer hooks = fixture.Hooks;

    [Fact]
    public async Task Pod_and_configmap_creation_can_be_denied()
    {
        await fixture.NamespaceAsync("deny");
        var url = hooks.Deny("/deny", r => r["object"]!["metadata"]!["labels"]?["keep"] is null, "this is not welcome");
        await fixture.ConfigureAsync(false, fixture.Configuration(false, "deny", url, Rule("pods,configmaps", "CREATE,UPDATE"), In("deny")));

        var config = await fixture.WhenConfigMapAsync("deny", a => a.Code != HttpStatusCode.Created);
        var pod = await api.PostAsync("api/v1/namespaces/deny/pods", Pod("p"));
        var kept = await api.PostAsync(
            "api/v1/namespaces/deny/configmaps", ApiFixture.ConfigMap("kept", "1", ",\"labels\":{\"keep\":\"me\"}"));
        var update = await api.MergeAsync(
            "api/v1/namespaces/deny/configmaps/kept", """{"metadata":{"labels":{"keep":null}}}""");

        config.Code.ShouldBe(HttpStatusCode.BadRequest);
        config.Message.ShouldBe("admission webhook \"deny.hooks.example.com\" denied the request: this is not welcome");
        pod.Message.ShouldBe(config.Message);
        kept.Code.ShouldBe(HttpStatusCode.Created);
        update.Code.ShouldBe(HttpStatusCode.BadRequest);
        (await api.GetAsync("api/v1/namespaces/deny/pods/p")).Code.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Attaching_to_a_pod_can_be_denied()
    {
        await fixture.NamespaceAsync("attach");
        await api.PostAsync("api/v1/namespaces/attach/pods", Pod("to-be-attached"));
        var url = hooks.Deny("/attach", r => r["operation"]!.ToString() == "CONNECT", "attaching is not allowed");
        await fixture.ConfigureAsync(false, fixture.Configuration(false, "attach", url, Rule("pods/attach", "CONNECT"), In("attach")));

        var answer = await EventuallyAsync(
            () => api.PostAsync("api/v1/namespaces/attach/pods/to-be-attached/attach?container=c&stdin=true", ""),
            a => a.Message.Contains("denied", StringComparison.Ordinal));

        answer.Message.ShouldContain("attaching is not allowed");
        var request = hooks.Seen.Last(r => r["request"]!["subResource"]?.ToString() == "attach")["request"]!;
        request["object"]!.ToJsonString().ShouldBe(
            """{"kind":"PodAttachOptions","apiVersion":"v1","stdin":true,"container":"c"}""");
        request["kind"]!["kind"]!.ToString().ShouldBe("PodAttachOptions");
    }

    [Fact]
    public async Task Custom_resource_creation_update_and_deletion_can_be_denied()
    {
        await fixture.NamespaceAsync("denycr");
        await fixture.DefineAsync("denycr.example.com", Version("v1", true, "a"));
        const string path = "apis/denycr.example.com/v1/namespaces/denycr/things";
        await api.PostAsync(path, Thing("denycr", "kept", """{"a":"ok"}"""));
        var url = hooks.Deny("/denycr", r => (r["object"] ?? r["oldObject"])!["data"]!["a"]!.ToString() is "bad" or "ok",
            "the thing contains unwanted data");
        await fixture.ConfigureAsync(false, fixture.Configuration(
            false, "denycr", url, Rule("things", "CREATE,UPDATE,DELETE", "denycr.example.com"), In("denycr")));

        await EventuallyAsync(() => api.PostAsync(path + "?dryRun=All", Thing("denycr", "new", """{"a":"bad"}""")),
            a => a.Message.EndsWith("denied the request: the thing contains unwanted data", StringComparison.Ordinal));
        (await api.DeleteAsync(path + "/kept")).Message.ShouldContain("unwanted data");
        (await api.MergeAsync(path + "/kept", """{"data":{"a":"bad"}}""")).Message.ShouldContain("unwanted data");
        (await api.MergeAsync(path + "/kept", """{"data":{"a":"fine"}}""")).Code.ShouldBe(HttpStatusCode.OK);
        (await api.DeleteAsync(path + "/kept")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Fail_closed_webhook_that_cannot_be_reached_rejects_everything()
    {
        await fixture.NamespaceAsync("closed");
        await fixture.ConfigureAsync(false, fixture.Configuration(
            false, "closed", "https://127.0.0.1:1/always", Rule("configmaps"), In("closed")));

        var answer = await fixture.WhenConfigMapAsync("closed", a => a.Code != HttpStatusCode.Created);

        answer.Code.ShouldBe(HttpStatusCode.InternalServerError);
        answer.Message.ShouldBe(
            "Internal error occurred: failed calling webhook \"closed.hooks.example.com\": failed to call webhook: "
            + "Post \"https://127.0.0.1:1/always?timeout=10s\": dial tcp 127.0.0.1:1: connect: connection refused");
    }

    [Fact]
    public async Task Configmap_is_mutated_by_one_webhook_after_the_other()
    {
        await fixture.NamespaceAsync("mutate");
        var first = hooks.Patch("/m1", _ => """[{"op":"add","path":"/data/stage1","value":"yes"}]""");
        var second = hooks.Patch("/m2", r => r["object"]!["data"]!["stage1"] is null
            ? null : """[{"op":"add","path":"/data/stage2","value":"yes"}]""");
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "mutate-b", second, Rule("configmaps"), In("mutate")));
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "mutate-a", first, Rule("configmaps"), In("mutate")));

        await fixture.WhenConfigMapAsync("mutate", a => a.Body["data"]?["stage2"] is not null);
        var created = await api.PostAsync("api/v1/namespaces/mutate/configmaps", ApiFixture.ConfigMap("c"));

        created.Code.ShouldBe(HttpStatusCode.Created);
        (await api.GetAsync("api/v1/namespaces/mutate/configmaps/c")).Body["data"]!.ToJsonString()
            .ShouldBe("""{"key":"1","stage1":"yes","stage2":"yes"}""");
    }

    [Fact]
    public async Task Pod_is_mutated_and_defaulted_after_that()
    {
        await fixture.NamespaceAsync("podmutate");
        var url = hooks.Patch("/podmutate", _ => """
            [{"op":"add","path":"/spec/initContainers","value":[{"name":"added","image":"i:1","resources":{}}]}]
            """);
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "podmutate", url, Rule("pods"), In("podmutate")));

        var pod = await EventuallyAsync(
            () => api.PostAsync("api/v1/namespaces/podmutate/pods?dryRun=All", Pod("p")),
            a => a.Body["spec"]?["initContainers"] is not null);

        var added = pod.Body["spec"]!["initContainers"]![0]!;
        added["terminationMessagePolicy"]!.ToString().ShouldBe("File");
        added["imagePullPolicy"]!.ToString().ShouldBe("IfNotPresent");
        added["volumeMounts"]![0]!["mountPath"]!.ToString().ShouldBe("/var/run/secrets/kubernetes.io/serviceaccount");
    }

    [Fact]
    public async Task Webhook_configurations_can_be_neither_mutated_nor_kept_by_webhooks()
    {
        var deny = hooks.Deny("/conf-deny", _ => true, "no");
        var patch = hooks.Patch("/conf-patch", _ => """[{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]""");
        const string rule =
            """{"operations":["*"],"apiGroups":["admissionregistration.k8s.io"],"apiVersions":["*"],"resources":["*"]}""";
        await fixture.ConfigureAsync(false, fixture.Configuration(false, "conf-deny", deny, rule));
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "conf-patch", patch, rule));
        await fixture.NamespaceAsync("confmark");
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "conf-mark",
            hooks.Patch("/mark", _ => """[{"op":"add","path":"/data/mark","value":"1"}]"""), Rule("configmaps"), In("confmark")));
        await fixture.WhenConfigMapAsync("confmark", a => a.Body["data"]?["mark"] is not null);

        foreach (var mutating in new[] { true, false })
        {
            var body = fixture.Configuration(mutating, "conf-free", deny, Rule("configmaps"), In("nowhere"));
            var created = await api.PostAsync(PathOf(mutating), body);
            created.Code.ShouldBe(HttpStatusCode.Created);
            created.Body["metadata"]!["labels"].ShouldBeNull();
            (await api.DeleteAsync(PathOf(mutating) + "/conf-free")).Code.ShouldBe(HttpStatusCode.OK);
        }

        (await api.DeleteAsync(PathOf(false) + "/conf-deny")).Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Custom_resource_is_mutated()
    {
        await fixture.NamespaceAsync("mutcr");
        await fixture.DefineAsync("mutcr.example.com", Version("v1", true, "a", "stage1"));
        var url = hooks.Patch("/mutcr", _ => """[{"op":"add","path":"/data/stage1","value":"yes"}]""");
        await fixture.ConfigureAsync(true, fixture.Configuration(
            true, "mutcr", url, Rule("things", "CREATE,UPDATE", "mutcr.example.com"), In("mutcr")));

        var answer = await EventuallyAsync(
            () => api.PostAsync("apis/mutcr.example.com/v1/namespaces/mutcr/things?dryRun=All",
                Thing("mutcr", "x", """{"a":"1"}""")),
            a => a.Body["data"]?["stage1"] is not null);

        answer.Body["data"]!.ToJsonString().ShouldBe("""{"a":"1","stage1":"yes"}""");
    }

    [Fact]
    public async Task Definition_creation_can_be_denied()
    {
        var url = hooks.Deny("/crd", r => r["object"]!["metadata"]!["labels"]?["unwanted"] is not null, "the definition is unwanted");
        await fixture.ConfigureAsync(false, fixture.Configuration(
            false, "crd", url, Rule("customresourcedefinitions", "CREATE", "apiextensions.k8s.io")));
        var body = """
            {"metadata":{"name":"things.nocrd.example.com","labels":{"unwanted":"yes"}},"spec":{"group":"nocrd.example.com",
             "scope":"Namespaced","names":{"plural":"things","kind":"Thing"},"versions":[VERSION]}}
            """.Replace("VERSION", Version("v1", true, "a"), StringComparison.Ordinal);

        var answer = await EventuallyAsync(
            () => api.PostAsync(Definitions + "?dryRun=All", body), a => a.Code != HttpStatusCode.Created);

        answer.Message.ShouldBe("admission webhook \"crd.hooks.example.com\" denied the request: the definition is unwanted");
    }

    [Fact]
    public async Task Custom_resource_is_mutated_when_the_stored_version_differs()
    {
        await fixture.NamespaceAsync("mutstored");
        const string group = "mutstored.example.com";
        await fixture.DefineAsync(group, Version("v1", true, "a", "stage1") + "," + Version("v2", false, "a", "stage1"));
        await api.PostAsync($"apis/{group}/v1/namespaces/mutstored/things", Thing("mutstored", "x", """{"a":"1"}"""));
        var url = hooks.Patch("/mutstored", r => r["object"]!["apiVersion"]!.ToString().EndsWith("/v1", StringComparison.Ordinal)
            ? """[{"op":"add","path":"/data/stage1","value":"yes"}]""" : null);
        await fixture.ConfigureAsync(true, fixture.Configuration(
            true, "mutstored", url, Rule("things", "CREATE,UPDATE", group, "v1"), In("mutstored")));
        var definition = (await api.GetAsync($"{Definitions}/things.{group}")).Body;
        definition["spec"]!["versions"]![0]!["storage"] = false;
        definition["spec"]!["versions"]![1]!["storage"] = true;
        (await api.PutAsync($"{Definitions}/things.{group}", definition.ToJsonString())).Code.ShouldBe(HttpStatusCode.OK);

        var answer = await EventuallyAsync(
            () => api.MergeAsync($"apis/{group}/v2/namespaces/mutstored/things/x", """{"data":{"a":"2"}}"""),
            a => a.Body["data"]?["stage1"] is not null);

        answer.Body["apiVersion"]!.ToString().ShouldBe($"{group}/v2");
        answer.Body["data"]!.ToJsonString().ShouldBe("""{"a":"2","stage1":"yes"}""");
    }

    [Fact]
    public async Task Custom_resource_is_pruned_after_mutation()
    {
        await fixture.NamespaceAsync("mutprune");
        await fixture.DefineAsync("mutprune.example.com", Version("v1", true, "a", "stage1"));
        var url = hooks.Patch("/mutprune", _ => """
            [{"op":"add","path":"/data/stage1","value":"yes"},{"op":"add","path":"/data/stage2","value":"pruned"}]
            """);
        await fixture.ConfigureAsync(true, fixture.Configuration(
            true, "mutprune", url, Rule("things", "CREATE", "mutprune.example.com"), In("mutprune")));

        var answer = await EventuallyAsync(
            () => api.PostAsync("apis/mutprune.example.com/v1/namespaces/mutprune/things?dryRun=All",
                Thing("mutprune", "x", """{"a":"1"}""")),
            a => a.Body["data"]?["stage1"] is not null);

        answer.Body["data"]!.ToJsonString().ShouldBe("""{"a":"1","stage1":"yes"}""");
        answer.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Timeout_is_honored_and_what_follows_is_up_to_the_failure_policy()
    {
        await fixture.NamespaceAsync("slow");
        var url = hooks.Hang("/always-allow-delay");
        await fixture.ConfigureAsync(false, fixture.Configuration(
            false, "slow", url, Rule("configmaps"), In("slow") + ",\"timeoutSeconds\":1"));
        await fixture.NamespaceAsync("slowok");
        await fixture.ConfigureAsync(false, fixture.Configuration(
            false, "slowok", url, Rule("configmaps"), In("slowok") + ",\"timeoutSeconds\":1,\"failurePolicy\":\"Ignore\""));

        var failed = await fixture.WhenConfigMapAsync("slow", a => a.Code != HttpStatusCode.Created);
        var ignored = await api.PostAsync("api/v1/namespaces/slowok/configmaps", ApiFixture.ConfigMap("c"));

        failed.Code.ShouldBe(HttpStatusCode.InternalServerError);
        failed.Message.ShouldEndWith("/always-allow-delay?timeout=1s\": context deadline exceeded");
        ignored.Code.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Configuration_can_be_updated_and_patched_and_takes_effect(bool mutating)
    {
        var space = "change-" + (mutating ? "m" : "v");
        await fixture.NamespaceAsync(space);
        var url = mutating
            ? hooks.Patch("/change-m", _ => """[{"op":"add","path":"/data/mark","value":"1"}]""")
            : hooks.Deny("/change-v", _ => true, "no");
        bool Hit(Answer a) => mutating ? a.Body["data"]?["mark"] is not null : a.Code == HttpStatusCode.BadRequest;
        var path = $"{PathOf(mutating)}/{space}";
        await fixture.ConfigureAsync(mutating, fixture.Configuration(mutating, space, url, Rule("configmaps"), In(space)));
        await fixture.WhenConfigMapAsync(space, Hit);

        var body = (await api.GetAsync(path)).Body;
        body["webhooks"]![0]!["rules"]![0]!["operations"] = new JsonArray("UPDATE");
        var updated = await api.PutAsync(path, body.ToJsonString());
        await fixture.WhenConfigMapAsync(space, a => !Hit(a));
        await api.SendAsync(HttpMethod.Patch, path,
            """[{"op":"replace","path":"/webhooks/0/rules/0/operations/0","value":"CREATE"}]""", "application/json-patch+json");
        await fixture.WhenConfigMapAsync(space, Hit);

        updated.Body["metadata"]!["generation"]!.GetValue<long>().ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Configurations_can_be_listed_and_deleted_as_a_collection(bool mutating)
    {
        var space = "list-" + (mutating ? "m" : "v");
        await fixture.NamespaceAsync(space);
        for (var i = 0; i < 3; i++)
        {
            var body = (JsonObject)JsonNode.Parse(fixture.Configuration(
                mutating, $"{space}-{i}", hooks.Deny("/" + space, _ => true, "no"), Rule("configmaps"), In(space)))!;
            body["metadata"]!["labels"] = new JsonObject { ["list"] = space };
            await fixture.ConfigureAsync(mutating, body.ToJsonString());
        }

        var list = await api.GetAsync($"{PathOf(mutating)}?labelSelector=list={space}");
        await fixture.WhenConfigMapAsync(space, a => a.Code != HttpStatusCode.Created);
        await api.DeleteAsync($"{PathOf(mutating)}?labelSelector=list={space}");
        await fixture.WhenConfigMapAsync(space, a => a.Code == HttpStatusCode.Created);

        list.ItemNames.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Webhook_resources_are_in_discovery_documents()
    {
        var groups = await api.GetAsync("apis");
        var group = await api.GetAsync("apis/admissionregistration.k8s.io");
        var resources = await api.GetAsync("apis/admissionregistration.k8s.io/v1");

        groups.Body["groups"]!.AsArray().Select(g => g!["name"]!.ToString()).ShouldContain("admissionregistration.k8s.io");
        group.Body["versions"]![0]!["groupVersion"]!.ToString().ShouldBe("admissionregistration.k8s.io/v1");
        resources.Body["resources"]!.AsArray().Select(r => r!["name"]!.ToString())
            .ShouldBe(["mutatingwebhookconfigurations", "validatingwebhookconfigurations"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(true, "... [] bad expression")]
    [InlineData(false, "... [] bad expression")]
    [InlineData(false, "object.metadata.name.nope()")]
    [InlineData(true, "subject == 'x'")]
    public async Task Configuration_with_invalid_match_conditions_is_rejected(bool mutating, string expression)
    {
        var body = fixture.Configuration(mutating, "bad-conditions", "https://127.0.0.1:1/", Rule("configmaps"), In("none")
            + $$""","matchConditions":[{"name":"bad","expression":"{{expression}}"}]""");

        var answer = await api.PostAsync(PathOf(mutating), body);

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldContain("compilation failed");
        answer.Body["details"]!["causes"]![0]!["field"]!.ToString().ShouldBe("webhooks[0].matchConditions[0].expression");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Match_conditions_are_stored_and_changed(bool mutating)
    {
        var name = "conditions-" + (mutating ? "m" : "v");
        await fixture.ConfigureAsync(mutating, fixture.Configuration(mutating, name, "https://127.0.0.1:1/",
            Rule("configmaps"), In("none") + ""","matchConditions":[{"name":"one","expression":"object.metadata.name != 'a'"}]"""));
        var path = $"{PathOf(mutating)}/{name}";

        var changed = await api.SendAsync(HttpMethod.Patch, path, """
            [{"op":"add","path":"/webhooks/0/matchConditions/-",
              "value":{"name":"two","expression":"request.operation == 'CREATE' && oldObject == null"}}]
            """, "application/json-patch+json");

        changed.Code.ShouldBe(HttpStatusCode.OK);
        (await api.GetAsync(path)).Body["webhooks"]![0]!["matchConditions"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task Everything_is_mutated_except_configmaps_that_match_conditions_leave_out()
    {
        await fixture.NamespaceAsync("skipme");
        var url = hooks.Patch("/skipme", _ => """[{"op":"add","path":"/data/mark","value":"1"}]""");
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "skipme", url, Rule("configmaps"), In("skipme")
            + ""","matchConditions":[{"name":"skip","expression":"object.metadata.name != 'skip-me'"}]"""));

        await fixture.WhenConfigMapAsync("skipme", a => a.Body["data"]?["mark"] is not null);
        var skipped = await api.PostAsync("api/v1/namespaces/skipme/configmaps", ApiFixture.ConfigMap("skip-me"));

        skipped.Body["data"]!.ToJsonString().ShouldBe("""{"key":"1"}""");
    }

    private static string Pod(string name) =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"containers":[{"name":"c","image":"x:1"}]}}""";

    private static string Thing(string group, string name, string data) =>
        $$$"""{"apiVersion":"{{{group}}}.example.com/v1","kind":"Thing","metadata":{"name":"{{{name}}}"},"data":{{{data}}}}""";
}
