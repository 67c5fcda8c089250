using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Tests.Rest;
using static Hortus.ApiServer.Tests.Webhooks.WebhookFixture;

namespace Hortus.ApiServer.Tests.Webhooks;

/// <summary>What webhooks are told and what becomes of their answers, beyond the conformance tests.</summary>
[Trait("Category", "Integration")]
public sealed class WebhookDetailTests(WebhookFixture fixture) : IClassFixture<WebhookFixture>
{
    private readonly ApiFixture api = fixture.Api;
    private readonly WebhookServer hooks = fixture.Hooks;

    [Fact]
    public async Task Review_tells_the_whole_request()
    {
        await fixture.NamespaceAsync("review");
        await fixture.ConfigureAsync(false, fixture.Configuration(
            false, "review", hooks.Deny("/review", _ => false, ""), Rule("*", "*"), In("review")));
        await EventuallyAsync(
            () => api.PostAsync("api/v1/namespaces/review/configmaps?dryRun=All&fieldManager=me", ApiFixture.ConfigMap("c")),
            _ => Reviews("review").Any());
        await api.PostAsync("api/v1/namespaces/review/configmaps", ApiFixture.ConfigMap("c"));
        await api.MergeAsync("api/v1/namespaces/review/configmaps/c", """{"data":{"key":"2"}}""");
        await api.DeleteAsync("api/v1/namespaces/review/configmaps/c");

        var dry = Reviews("review").First();
        dry["dryRun"]!.GetValue<bool>().ShouldBeTrue();
        dry["options"]!.ToJsonString().ShouldBe(
            """{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","dryRun":["All"],"fieldManager":"me"}""");
        dry["kind"]!.ToJsonString().ShouldBe("""{"group":"","version":"v1","kind":"ConfigMap"}""");
        dry["resource"]!.ToJsonString().ShouldBe("""{"group":"","version":"v1","resource":"configmaps"}""");
        dry["userInfo"]!.ToJsonString().ShouldBe("""{"username":"admin","groups":["system:masters","system:authenticated"]}""");
        dry["name"]!.ToString().ShouldBe("c");
        dry["namespace"]!.ToString().ShouldBe("review");
        dry["oldObject"].ShouldBeNull();
        var update = Reviews("review").Single(r => r["operation"]!.ToString() == "UPDATE");
        update["oldObject"]!["data"]!["key"]!.ToString().ShouldBe("1");
        update["object"]!["data"]!["key"]!.ToString().ShouldBe("2");
        update["options"]!["kind"]!.ToString().ShouldBe("PatchOptions");
        var delete = Reviews("review").Single(r => r["operation"]!.ToString() == "DELETE");
        delete["object"].ShouldBeNull();
        delete["oldObject"]!["data"]!["key"]!.ToString().ShouldBe("2");
        hooks.Protocols.ShouldContain("HTTP/2");
    }

    [Fact]
    public async Task Webhook_that_wants_to_is_asked_again_after_later_changes_and_only_then()
    {
        await fixture.NamespaceAsync("again");
        var first = hooks.Patch("/again-a", r => r["object"]!["data"]!["late"] is null
            ? null : """[{"op":"add","path":"/data/seen","value":"late"}]""");
        var second = hooks.Patch("/again-b", _ => """[{"op":"add","path":"/data/late","value":"1"}]""");
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "again-b", second, Rule("configmaps"), In("again")));
        await fixture.ConfigureAsync(true, fixture.Configuration(
            true, "again-a", first, Rule("configmaps"), In("again") + ",\"reinvocationPolicy\":\"IfNeeded\""));

        var seen = await fixture.WhenConfigMapAsync("again", a => a.Body["data"]?["seen"] is not null);

        seen.Body["data"]!.ToJsonString().ShouldBe("""{"key":"1","late":"1","seen":"late"}""");
        var before = hooks.Seen.Count;
        await fixture.WhenConfigMapAsync("again", _ => true);
        (hooks.Seen.Count - before).ShouldBe(3);
    }

    [Fact]
    public async Task Warnings_of_webhooks_reach_the_client()
    {
        await fixture.NamespaceAsync("warn");
        var url = hooks.On("/warn", r => WebhookServer.Answer(r, allowed: true, new JsonObject { ["warnings"] = new JsonArray("mind the gap") }));
        await fixture.ConfigureAsync(false, fixture.Configuration(false, "warn", url, Rule("configmaps"), In("warn")));

        var answer = await fixture.WhenConfigMapAsync("warn", a => a.Warnings.Count > 0);

        answer.Code.ShouldBe(HttpStatusCode.Created);
        answer.Warnings.ShouldBe(["299 - \"mind the gap\""]);
    }

    [Fact]
    public async Task Refusal_keeps_the_code_and_reason_that_the_webhook_gives()
    {
        await fixture.NamespaceAsync("code");
        var url = hooks.On("/code", r => WebhookServer.Answer(r, allowed: false, new JsonObject
        {
            ["status"] = new JsonObject { ["code"] = 409, ["reason"] = "Conflict" },
        }));
        await fixture.ConfigureAsync(false, fixture.Configuration(false, "code", url, Rule("configmaps"), In("code")));

        var answer = await fixture.WhenConfigMapAsync("code", a => a.Code != HttpStatusCode.Created);

        answer.Code.ShouldBe(HttpStatusCode.Conflict);
        answer.Reason.ShouldBe("Conflict");
        (await api.Server.Client.GetStringAsync("metrics")).ShouldContain(
            "apiserver_admission_webhook_admission_duration_seconds_count{name=\"code.hooks.example.com\",operation=\"CREATE\","
            + "rejected=\"true\",type=\"validating\"}");
        answer.Message.ShouldBe("admission webhook \"code.hooks.example.com\" denied the request: Conflict");
    }

    [Theory]
    [InlineData("garbage", "received invalid webhook response: expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview")]
    [InlineData("uid", "received invalid webhook response: expected response.uid=")]
    [InlineData("patchtype", "received invalid webhook response: webhook returned response.patch but not response.patchType")]
    [InlineData("badpatch", "sent a bad patch: json patch: operation 0")]
    [InlineData("missing", "failed to call webhook: the server could not find the requested resource")]
    public async Task Answer_that_makes_no_sense_is_a_failure(string way, string expected)
    {
        var space = "sense-" + way;
        await fixture.NamespaceAsync(space);
        var url = hooks.On("/" + space, r => way switch
        {
            "garbage" => new JsonObject { ["hello"] = "world" },
            "uid" => WebhookServer.Answer((JsonObject)JsonNode.Parse("""{"request":{"uid":"x"}}""")!, allowed: true),
            "patchtype" => WebhookServer.Answer(r, allowed: true, new JsonObject { ["patch"] = "W10=" }),
            _ => WebhookServer.Answer(r, allowed: true, new JsonObject
            {
                ["patchType"] = "JSONPatch",
                ["patch"] = Convert.ToBase64String("""[{"op":"remove","path":"/nothing"}]"""u8.ToArray()),
            }),
        });
        url = way == "missing" ? url + "-else" : url;
        await fixture.ConfigureAsync(true, fixture.Configuration(true, space, url, Rule("configmaps"), In(space)));

        var answer = await fixture.WhenConfigMapAsync(space, a => a.Code != HttpStatusCode.Created);

        answer.Code.ShouldBe(HttpStatusCode.InternalServerError);
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task Patch_that_breaks_the_schema_is_refused_like_any_other_write()
    {
        await fixture.NamespaceAsync("schema");
        var url = hooks.Patch("/schema", _ => """[{"op":"replace","path":"/data/key","value":5}]""");
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "schema", url, Rule("configmaps"), In("schema")));

        (await fixture.WhenConfigMapAsync("schema", a => a.Code != HttpStatusCode.Created))
            .Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Object_selector_and_excluded_operations_keep_webhooks_out()
    {
        await fixture.NamespaceAsync("select");
        var url = hooks.Deny("/select", _ => true, "no");
        await fixture.ConfigureAsync(false, fixture.Configuration(false, "select", url, Rule("configmaps"),
            In("select") + """,,"objectSelector":{"matchLabels":{"mine":"yes"}}"""[1..]));
        var labelled = ApiFixture.ConfigMap("c", "1", ",\"labels\":{\"mine\":\"yes\"}");

        await EventuallyAsync(() => api.PostAsync("api/v1/namespaces/select/configmaps?dryRun=All", labelled),
            a => a.Code == HttpStatusCode.BadRequest);
        var other = await api.PostAsync("api/v1/namespaces/select/configmaps", ApiFixture.ConfigMap("c"));
        var labelAdded = await api.MergeAsync(
            "api/v1/namespaces/select/configmaps/c", """{"metadata":{"labels":{"mine":"yes"}}}""");

        other.Code.ShouldBe(HttpStatusCode.Created);
        labelAdded.Code.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Webhook_behind_a_service_is_found_through_its_endpoints_and_checked_by_its_name()
    {
        await fixture.NamespaceAsync("services");
        await fixture.NamespaceAsync("viaservice");
        await api.PostAsync("api/v1/namespaces/services/services",
            """{"metadata":{"name":"hook"},"spec":{"ports":[{"name":"https","port":443}]}}""");
        await api.PostAsync("api/v1/namespaces/services/services",
            """{"metadata":{"name":"stranger"},"spec":{"ports":[{"name":"https","port":443}]}}""");
        await api.PostAsync("api/v1/namespaces/services/services",
            """{"metadata":{"name":"empty"},"spec":{"ports":[{"name":"https","port":443}]}}""");
        foreach (var (service, ready) in new[] { ("hook", "true"), ("stranger", "true"), ("empty", "false") })
        {
            var slice = $$$"""
                {"metadata":{"name":"{{{service}}}-1","labels":{"kubernetes.io/service-name":"{{{service}}}"}},"addressType":"IPv4",
                 "endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":{{{ready}}}}}],
                 "ports":[{"name":"https","port":{{{hooks.Port}}}}]}
                """;
            (await api.PostAsync("apis/discovery.k8s.io/v1/namespaces/services/endpointslices", slice))
                .Code.ShouldBe(HttpStatusCode.Created);
        }

        hooks.Deny("/viaservice", _ => true, "found");
        string Body(string service) => fixture.Configuration(false, "viaservice", "URL", Rule("configmaps"), In("viaservice"))
            .Replace("\"url\":\"URL\"",
                $$$"""{"service":{"name":"{{{service}}}","namespace":"services","path":"/viaservice"}}"""[1..^1], StringComparison.Ordinal);
        await fixture.ConfigureAsync(false, Body("hook"));

        var found = await fixture.WhenConfigMapAsync("viaservice", a => a.Code != HttpStatusCode.Created);
        var named = await ReplaceAsync(Body("stranger"), "x509");
        var empty = await ReplaceAsync(Body("empty"), "endpoints");
        var none = await ReplaceAsync(Body("nobody"), "not found");

        found.Message.ShouldEndWith("denied the request: found");
        named.Message.ShouldContain(
            "Post \"https://stranger.services.svc:443/viaservice?timeout=10s\": tls: failed to verify certificate: "
            + "x509: certificate is valid for hook.services.svc, 127.0.0.1, not stranger.services.svc");
        empty.Message.ShouldContain("no endpoints available for service \"empty\"");
        none.Message.ShouldContain("service \"nobody\" not found");
    }

    [Fact]
    public async Task Fields_that_webhooks_set_during_apply_belong_to_the_applier()
    {
        await fixture.NamespaceAsync("owned");
        var url = hooks.Patch("/owned", _ => """[{"op":"add","path":"/data/added","value":"1"}]""");
        await fixture.ConfigureAsync(true, fixture.Configuration(true, "owned", url, Rule("configmaps", "CREATE,UPDATE"), In("owned")));
        await fixture.WhenConfigMapAsync("owned", a => a.Body["data"]?["added"] is not null);
        const string path = "api/v1/namespaces/owned/configmaps/c?fieldManager=gardener";
        const string config = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"key":"1"}}""";

        var applied = await api.SendAsync(HttpMethod.Patch, path, config, "application/apply-patch+yaml");
        var again = await api.SendAsync(HttpMethod.Patch, path, config, "application/apply-patch+yaml");

        applied.Body["data"]!.ToJsonString().ShouldBe("""{"key":"1","added":"1"}""");
        var managers = applied.Body["metadata"]!["managedFields"]!.AsArray();
        managers.Select(m => (m!["manager"]!.ToString(), m["operation"]!.ToString()))
            .ShouldBe([("gardener", "Apply"), ("gardener", "Update")]);
        managers[1]!["fieldsV1"]!.ToJsonString().ShouldBe("""{"f:data":{"f:added":{}}}""");
        again.Version.ShouldBe(applied.Version);
    }

    [Fact]
    public async Task Other_versions_of_a_resource_are_converted_for_the_webhook_unless_it_wants_exact_matches()
    {
        await fixture.NamespaceAsync("equi");
        const string group = "equi.example.com";
        await fixture.DefineAsync(group, Version("v1", true, "a") + "," + Version("v2", false, "a"));
        var url = hooks.Deny("/equi", r => r["object"]!["apiVersion"]!.ToString() == group + "/v1"
            && r["requestResource"]!["version"]!.ToString() == "v2", "seen as v1");
        await fixture.ConfigureAsync(false, fixture.Configuration(false, "equi", url, Rule("things", "CREATE", group, "v1"), In("equi")));
        const string body = """{"kind":"Thing","metadata":{"name":"x"},"data":{"a":"1"}}""";

        var converted = await EventuallyAsync(
            () => api.PostAsync($"apis/{group}/v2/namespaces/equi/things?dryRun=All", body),
            a => a.Code != HttpStatusCode.Created);
        await api.MergeAsync($"{PathOf(false)}/equi", "{}");
        await api.SendAsync(HttpMethod.Patch, $"{PathOf(false)}/equi",
            """[{"op":"replace","path":"/webhooks/0/matchPolicy","value":"Exact"}]""", "application/json-patch+json");

        converted.Message.ShouldEndWith("seen as v1");
        await EventuallyAsync(() => api.PostAsync($"apis/{group}/v2/namespaces/equi/things?dryRun=All", body),
            a => a.Code == HttpStatusCode.Created);
    }

    [Fact]
    public async Task Built_in_kinds_are_shown_in_the_group_and_version_the_webhook_asks_for()
    {
        await fixture.NamespaceAsync("shown");
        var scalers = hooks.Deny("/shown-hpa", r => r["object"]!["spec"]!["targetCPUUtilizationPercentage"]?.ToString() == "70"
            && r["requestResource"]!["version"]!.ToString() == "v2", "seen as v1");
        var events = hooks.Patch("/shown-event", r => r["object"]!["apiVersion"]!.ToString() == "v1"
            ? """[{"op":"replace","path":"/message","value":"changed"}]"""
            : "[]");
        await fixture.ConfigureAsync(false, fixture.Configuration(
            false, "shown-hpa", scalers, Rule("horizontalpodautoscalers", "CREATE", "autoscaling", "v1"), In("shown")));
        await fixture.ConfigureAsync(true, fixture.Configuration(
            true, "shown-event", events, Rule("events", "CREATE", "", "v1"), In("shown")));

        var denied = await EventuallyAsync(
            () => api.PostAsync("apis/autoscaling/v2/namespaces/shown/horizontalpodautoscalers?dryRun=All", """
                {"metadata":{"name":"a"},"spec":{"maxReplicas":2,"scaleTargetRef":{"kind":"Deployment","name":"d","apiVersion":"apps/v1"},
                 "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":70}}}]}}
                """),
            a => a.Code != HttpStatusCode.Created);
        var changed = await EventuallyAsync(
            () => api.PostAsync("apis/events.k8s.io/v1/namespaces/shown/events?dryRun=All", """
                {"metadata":{"name":"e"},"eventTime":"2026-01-01T00:00:00.000000Z","reportingController":"c.example.com/x",
                 "reportingInstance":"i","action":"a","reason":"r","type":"Normal","note":"as sent",
                 "regarding":{"kind":"Pod","namespace":"shown","name":"p"}}
                """),
            a => a.Body["note"]?.ToString() != "as sent");

        denied.Message.ShouldEndWith("seen as v1");
        changed.Code.ShouldBe(HttpStatusCode.Created, changed.Message);
        changed.Body["note"]!.ToString().ShouldBe("changed");
        changed.Body["apiVersion"]!.ToString().ShouldBe("events.k8s.io/v1");
    }

    [Fact]
    public async Task Condition_that_cannot_be_evaluated_follows_the_failure_policy_and_authorizer_is_asked()
    {
        foreach (var policy in (string[])["Fail", "Ignore"])
        {
            var space = "cond-" + policy.ToLowerInvariant();
            await fixture.NamespaceAsync(space);
            await fixture.ConfigureAsync(false, fixture.Configuration(
                false, space, hooks.Deny("/" + space, _ => true, "no"), Rule("configmaps"), In(space)
                + $$""","failurePolicy":"{{policy}}","matchConditions":[{"name":"nope","expression":"object.nope == 'x'"}]"""));
        }

        await fixture.NamespaceAsync("cond-auth");
        await fixture.ConfigureAsync(false, fixture.Configuration(
            false, "cond-auth", hooks.Deny("/cond-auth", _ => true, "no"), Rule("configmaps"), In("cond-auth")
            + ""","matchConditions":[{"name":"may","expression":"authorizer.requestResource.check('create').allowed() && authorizer.serviceAccount('a', 'b').group('').resource('pods').namespace('x').check('delete').allowed()"}]"""));

        var failed = await fixture.WhenConfigMapAsync("cond-fail", a => a.Code != HttpStatusCode.Created);
        failed.Code.ShouldBe(HttpStatusCode.Forbidden);
        failed.Message.ShouldContain("no such key: nope");
        (await fixture.WhenConfigMapAsync("cond-ignore", _ => true)).Code.ShouldBe(HttpStatusCode.Created);
        (await fixture.WhenConfigMapAsync("cond-auth", a => a.Code != HttpStatusCode.Created))
            .Message.ShouldEndWith("denied the request: no");
    }

    [Fact]
    public async Task Eviction_scale_and_binding_are_shown_to_webhooks_with_their_own_kind()
    {
        await fixture.NamespaceAsync("subs");
        var url = hooks.Deny("/subs", _ => true, "not now");
        await fixture.ConfigureAsync(false, fixture.Configuration(false, "subs", url,
            """{"operations":["*"],"apiGroups":["","apps"],"apiVersions":["*"],"resources":["pods/eviction","pods/binding","deployments/scale"]}""",
            In("subs")));
        await api.PostAsync("api/v1/namespaces/subs/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"x"}]}}""");
        await api.PostAsync("apis/apps/v1/namespaces/subs/deployments", """
            {"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":
             {"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}}
            """);

        await EventuallyAsync(() => api.PostAsync("api/v1/namespaces/subs/pods/p/binding",
            """{"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}}"""), Denied);
        Denied(await api.PostAsync("api/v1/namespaces/subs/pods/p/eviction", """{"metadata":{"name":"p"}}""")).ShouldBeTrue();
        Denied(await api.MergeAsync("apis/apps/v1/namespaces/subs/deployments/d/scale", """{"spec":{"replicas":3}}""")).ShouldBeTrue();

        Reviews("subs").Select(r => (r["kind"]!["kind"]!.ToString(), r["operation"]!.ToString())).Distinct()
            .ShouldBe([("Binding", "CREATE"), ("Eviction", "CREATE"), ("Scale", "UPDATE")]);
        (await api.GetAsync("apis/apps/v1/namespaces/subs/deployments/d")).Body["spec"]!["replicas"]!.GetValue<int>().ShouldBe(1);

        static bool Denied(Answer a) => a.Message.EndsWith("denied the request: not now", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"name\":\"short.name\"", "should be a domain with at least three segments")]
    [InlineData("\"sideEffects\":\"Some\"", "supported values: \"None\", \"NoneOnDryRun\"")]
    [InlineData("\"timeoutSeconds\":31", "the timeout value must be between 1 and 30 seconds")]
    [InlineData("\"admissionReviewVersions\":[\"v1beta1\"]", "must include at least one of v1")]
    [InlineData("\"clientConfig\":{}", "exactly one of url or service is required")]
    [InlineData("\"clientConfig\":{\"url\":\"http://x/\"}", "'https' is the only allowed URL scheme")]
    [InlineData("\"clientConfig\":{\"service\":{\"name\":\"a\",\"namespace\":\"b\",\"path\":\"x\"}}", "must start with a '/'")]
    [InlineData("\"clientConfig\":{\"url\":\"https://x/\",\"caBundle\":\"AAAA\"}", "unable to load root certificates")]
    [InlineData("\"rules\":[{\"operations\":[\"READ\"],\"apiGroups\":[\"\"],\"apiVersions\":[\"v1\"],\"resources\":[\"pods\"]}]", "supported values: \"*\", \"CONNECT\"")]
    [InlineData("\"rules\":[{\"operations\":[\"*\"],\"apiGroups\":[\"*\",\"a\"],\"apiVersions\":[\"v1\"],\"resources\":[\"pods\"]}]", "if '*' is present, must not specify other API groups")]
    [InlineData("\"rules\":[{\"operations\":[\"*\"],\"apiGroups\":[\"\"],\"apiVersions\":[\"v1\"],\"resources\":[\"pods/*\",\"pods/exec\"]}]", "if 'pods/*' is present, must not specify pods/exec")]
    [InlineData("\"namespaceSelector\":{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"In\"}]}", "must be specified when `operator` is 'In' or 'NotIn'")]
    public async Task Configuration_that_makes_no_sense_is_refused(string field, string expected)
    {
        var body = (JsonObject)JsonNode.Parse(fixture.Configuration(false, "refused", "https://x/", Rule("pods")))!;
        foreach (var (name, value) in (JsonObject)JsonNode.Parse("{" + field + "}")!)
        {
            body["webhooks"]![0]![name] = value?.DeepClone();
        }

        var answer = await api.PostAsync(PathOf(false), body.ToJsonString());

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldContain(expected);
    }

    private async Task<Answer> ReplaceAsync(string body, string mark)
    {
        var stored = (JsonObject)JsonNode.Parse(body)!;
        stored["metadata"]!["resourceVersion"] = (await api.GetAsync($"{PathOf(false)}/viaservice")).Version;
        (await api.PutAsync($"{PathOf(false)}/viaservice", stored.ToJsonString())).Code.ShouldBe(HttpStatusCode.OK);
        return await fixture.WhenConfigMapAsync("viaservice", a => a.Message.Contains(mark, StringComparison.Ordinal));
    }

    private IEnumerable<JsonNode> Reviews(string space) =>
        hooks.Seen.Select(r => r["request"]!).Where(r => r["namespace"]?.ToString() == space);
}
