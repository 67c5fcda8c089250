using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Pki;

namespace Hortus.ApiServer.Tests.Builtin;

/// <summary>What subresources and virtual resources of the built-in kinds refuse.</summary>
[Trait("Category", "Integration")]
public sealed class SubresourceTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Pods = "api/v1/namespaces/default/pods";
    private const string Requests = "apis/certificates.k8s.io/v1/certificatesigningrequests";

    private static readonly string Pem = Convert.ToBase64String(Encoding.UTF8.GetBytes(
        SigningRequest.Create(CertificateSpec.Client("alice", "devs")).RequestPem));

    [Fact]
    public async Task Eviction_of_another_pod_than_the_urls_is_refused()
    {
        await CreatePodAsync("here");

        var answer = await api.PostAsync($"{Pods}/here/eviction", """{"kind":"Eviction","metadata":{"name":"there"}}""");

        answer.Code.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldBe("the name in the URL (here) does not match the name in the eviction (there)");
    }

    [Theory]
    [InlineData("AlwaysAllow", 0, HttpStatusCode.Created)]
    [InlineData("IfHealthyBudget", 0, (HttpStatusCode)429)]
    [InlineData("IfHealthyBudget", 1, HttpStatusCode.Created)]
    public async Task Pod_that_runs_without_being_ready_is_evicted_by_the_policy_of_its_budget(
        string policy, int healthy, HttpStatusCode expected)
    {
        var name = $"sick-{policy.ToLowerInvariant()}-{healthy}";
        await CreatePodAsync(name);
        await PatchAsync($"{Pods}/{name}/status", """{"status":{"phase":"Running"}}""");
        const string budgets = "apis/policy/v1/namespaces/default/poddisruptionbudgets";
        await api.PostAsync(budgets, """
            {"metadata":{"name":"NAME"},"spec":{"minAvailable":1,"unhealthyPodEvictionPolicy":"POLICY","selector":{"matchLabels":{"app":"NAME"}}}}
            """.Replace("NAME", name, StringComparison.Ordinal).Replace("POLICY", policy, StringComparison.Ordinal));
        await PatchAsync($"{budgets}/{name}/status",
            $$$"""{"status":{"observedGeneration":1,"disruptionsAllowed":0,"desiredHealthy":1,"currentHealthy":{{{healthy}}}} }""");

        var answer = await api.PostAsync($"{Pods}/{name}/eviction", $$$"""{"kind":"Eviction","metadata":{"name":"{{{name}}}"} }""");

        answer.Code.ShouldBe(expected, answer.Body.ToJsonString());
    }

    [Theory]
    [InlineData("""{"kind":"Pod","name":"n"}""", """target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>" """)]
    [InlineData("""{"kind":"Node"}""", "target.name: Required value")]
    public async Task Pod_is_bound_to_nodes_alone(string target, string expected)
    {
        await api.PostAsync(Pods, Pod("free"));

        var answer = await api.PostAsync($"{Pods}/free/binding", $$"""{"kind":"Binding","metadata":{"name":"free"},"target":{{target}} }""");

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldEndWith("is invalid: " + expected.Trim());
    }

    [Fact]
    public async Task Namespaces_are_not_deleted_as_a_collection()
    {
        (await api.DeleteAsync("api/v1/namespaces")).Code.ShouldBe(HttpStatusCode.MethodNotAllowed);
        var listed = (await api.GetAsync("api/v1")).Body["resources"]!.AsArray().Single(r => r!["name"]!.ToString() == "namespaces")!;
        listed["verbs"]!.AsArray().Select(v => v!.ToString()).ShouldNotContain("deletecollection");
    }

    [Fact]
    public async Task Token_of_nobody_is_told_as_an_error_in_its_review()
    {
        var review = await api.PostAsync("apis/authentication.k8s.io/v1/tokenreviews", """{"spec":{"token":"garbage"}}""");

        review.Body["status"]!["authenticated"].ShouldBeNull();
        review.Body["status"]!["error"]!.ToString().ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("am9rZQ==", "3600", "spec.request: Invalid value")]
    [InlineData(null, "10", "spec.expirationSeconds: Invalid value: 10: may not specify a duration less than 600 seconds")]
    public async Task Certificate_request_that_nobody_can_sign_is_refused(string? request, string seconds, string expected)
    {
        var answer = await api.PostAsync(Requests, Request("bad", request ?? Pem, seconds));

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task Verdict_on_a_certificate_request_stands()
    {
        await api.PostAsync(Requests, Request("judged", Pem, "3600"));
        (await PatchAsync($"{Requests}/judged/approval", Conditions("Approved"))).Code.ShouldBe(HttpStatusCode.OK);

        var turned = await PatchAsync($"{Requests}/judged/approval", Conditions("Denied"));
        var both = await PatchAsync($"{Requests}/judged/approval", Conditions("Approved", "Denied"));

        turned.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        turned.Message.ShouldContain("may not remove a condition of type \"Approved\"");
        both.Message.ShouldContain("Approved and Denied conditions are mutually exclusive");
    }

    [Fact]
    public async Task Applied_scale_conflicts_with_who_owns_the_replicas_unless_forced()
    {
        const string path = "apis/apps/v1/namespaces/default/deployments";
        await api.PostAsync(path, """
            {"metadata":{"name":"owned"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},
             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
            """);
        await PatchAsync($"{path}/owned/scale?fieldManager=scaler", """{"spec":{"replicas":2}}""");
        const string scale = """{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"owned"},"spec":{"replicas":3}}""";

        var nameless = await ApplyAsync($"{path}/owned/scale", scale);
        var refused = await ApplyAsync($"{path}/owned/scale?fieldManager=me", scale);
        var forced = await ApplyAsync($"{path}/owned/scale?fieldManager=me&force=true", scale);
        var again = await ApplyAsync($"{path}/owned/scale?fieldManager=me", scale);

        nameless.Message.ShouldContain("is required for apply patch");
        refused.Code.ShouldBe(HttpStatusCode.Conflict);
        refused.Message.ShouldContain("conflict with \"scaler\" with subresource \"scale\" using apps/v1: .spec.replicas");
        forced.Body["spec"]!["replicas"]!.GetValue<int>().ShouldBe(3);
        again.Body["metadata"]!["resourceVersion"]!.ToString().ShouldBe(forced.Body["metadata"]!["resourceVersion"]!.ToString());
        var owner = (await api.GetAsync($"{path}/owned")).Body["metadata"]!["managedFields"]!.AsArray()
            .Single(m => m!["manager"]!.ToString() == "me")!;
        owner["operation"]!.ToString().ShouldBe("Apply");
        owner["subresource"]!.ToString().ShouldBe("scale");
    }

    [Fact]
    public async Task Role_that_aggregates_shows_what_it_takes_over()
    {
        const string roles = "apis/rbac.authorization.k8s.io/v1/clusterroles";
        await api.PostAsync(roles, """
            {"metadata":{"name":"whole"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"into":"whole"}}]},"rules":[]}
            """);
        await api.PostAsync(roles, """
            {"metadata":{"name":"part","labels":{"into":"whole"}},"rules":[{"verbs":["get"],"apiGroups":["a"],"resources":["b"]}]}
            """);
        await RulesAsync(roles + "/whole", rules => rules.Contains("""["b"]""", StringComparison.Ordinal));
        await RulesAsync(roles + "/admin", rules => rules.Contains("deployments/scale", StringComparison.Ordinal));

        await api.DeleteAsync(roles + "/part");

        await RulesAsync(roles + "/whole", rules => rules == "[]");
    }

    private async Task RulesAsync(string path, Func<string, bool> condition)
    {
        using var deadline = ApiFixture.Deadline();
        while ((await api.GetAsync(path)).Body["rules"] is var rules && !condition(rules?.ToJsonString() ?? "[]"))
        {
            deadline.IsCancellationRequested.ShouldBeFalse($"{path} has the rules {rules}");
        }
    }

    private async Task CreatePodAsync(string name)
    {
        await api.PostAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        (await api.PostAsync(Pods, Pod(name))).Code.ShouldBe(HttpStatusCode.Created);
        (await api.PostAsync($"{Pods}/{name}/binding",
            $$$"""{"kind":"Binding","metadata":{"name":"{{{name}}}"},"target":{"kind":"Node","name":"n"} }""")).Code.ShouldBe(HttpStatusCode.Created);
    }

    private Task<Answer> PatchAsync(string path, string body) =>
        api.SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json");

    private Task<Answer> ApplyAsync(string path, string body) =>
        api.SendAsync(HttpMethod.Patch, path, body, "application/apply-patch+yaml");

    private static string Pod(string name) => """
        {"metadata":{"name":"NAME","labels":{"app":"NAME"}},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"c","image":"i"}]}}
        """.Replace("NAME", name, StringComparison.Ordinal);

    private static string Request(string name, string request, string seconds) => $$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{"request":"{{{request}}}","signerName":"example.com/signer","usages":["client auth"],
         "expirationSeconds":{{{seconds}}}} }
        """;

    private static string Conditions(params string[] types) => new JsonObject
    {
        ["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray([.. types.Select(type => (JsonNode)new JsonObject
            {
                ["type"] = type,
                ["status"] = "True",
                ["reason"] = "Test",
                ["message"] = "said so",
            })]),
        },
    }.ToJsonString();
}
