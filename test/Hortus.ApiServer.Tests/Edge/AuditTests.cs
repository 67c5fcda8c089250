using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Audit;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.Edge;

[Trait("Category", "Integration")]
public sealed class AuditTests : IDisposable
{
    private const string Token = "token-of-alice";
    private const string Head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-audit-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void First_rule_that_matches_decides()
    {
        var policy = AuditPolicy.Parse(Head + """
            omitStages: [RequestReceived]
            rules:
            - {level: None, users: ["system:kube-proxy"], verbs: [watch]}
            - {level: Request, namespaces: [kube-system], resources: [{group: "", resources: [configmaps]}]}
            - {level: RequestResponse, resources: [{group: apps, resources: [deployments, "deployments/*"]}], omitStages: [Panic]}
            - {level: Metadata, resources: [{group: "", resources: [secrets], resourceNames: [one]}]}
            - {level: None, nonResourceURLs: ["/healthz*", "/version"]}
            - {level: Metadata, userGroups: ["people"]}
            """, "policy.yaml");
        var proxy = new UserInfo("system:kube-proxy", []);
        var person = new UserInfo("alice", ["people"]);

        policy.Decide(proxy, Resource("watch", "", "services")).Level.ShouldBe(AuditLevel.None);
        policy.Decide(person, Resource("get", "", "configmaps", "kube-system")).Level.ShouldBe(AuditLevel.Request);
        policy.Decide(proxy, Resource("get", "", "configmaps", "default")).Level.ShouldBe(AuditLevel.None);
        var deployments = policy.Decide(proxy, Resource("update", "apps", "deployments", "default", subresource: "scale"));
        deployments.Level.ShouldBe(AuditLevel.RequestResponse);
        deployments.OmitStages.ShouldBe(["RequestReceived", "Panic"], ignoreOrder: true);
        policy.Decide(proxy, Resource("get", "", "secrets", "default", "one")).Level.ShouldBe(AuditLevel.Metadata);
        policy.Decide(proxy, Resource("get", "", "secrets", "default", "two")).Level.ShouldBe(AuditLevel.None);
        policy.Decide(person, Path("/healthz/ping")).Level.ShouldBe(AuditLevel.None);
        policy.Decide(person, Path("/metrics")).Level.ShouldBe(AuditLevel.Metadata);
        policy.Decide(null, Path("/metrics")).Level.ShouldBe(AuditLevel.None);
    }

    [Theory]
    [InlineData("rules: []", "rules: a policy without rules")]
    [InlineData("rules: [{level: Everything}]", "rules[0].level: Unsupported value: \"Everything\"")]
    [InlineData("rules: [{level: None, omitStages: [Later]}]", "rules[0].omitStages: Unsupported value: \"Later\"")]
    [InlineData("rules: [{level: None, nonResourceURLs: [version]}]", "must start with /")]
    [InlineData("rules: [{level: None, nonResourceURLs: [\"/a*b\"]}]", "only the last character may be *")]
    [InlineData("rules: [{level: None, nonResourceURLs: [/a], namespaces: [b]}]", "both regular resources and non-resource")]
    [InlineData("rules: [{level: None, resources: [{resourceNames: [a]}]}]", "requires at least one resource")]
    public void Bad_policy_is_refused_in_one_line(string rules, string reason)
    {
        var error = Should.Throw<IOException>(() => AuditPolicy.Parse(Head + rules, "policy.yaml"));
        error.Message.ShouldStartWith("--audit-policy-file policy.yaml: ");
        error.Message.ShouldContain(reason);
        error.Message.ShouldNotContain("\n");
    }

    [Fact]
    public void Policy_of_another_kind_or_no_yaml_is_refused()
    {
        var path = FileOf("bad.yaml");
        File.WriteAllText(path, "kind: Pod\nrules: [{level: None}]");
        Should.Throw<IOException>(() => AuditPolicy.Load(path)).Message.ShouldContain("want apiVersion audit.k8s.io/v1");
        File.WriteAllText(path, "a: [");
        Should.Throw<IOException>(() => AuditPolicy.Load(path)).Message.ShouldContain(path);
    }

    [Fact]
    public async Task Events_say_who_did_what_and_bodies_follow_the_level()
    {
        var events = await RecordAsync(
            """
            omitStages: [RequestReceived]
            rules:
            - {level: Metadata, resources: [{group: "", resources: [secrets]}]}
            - {level: RequestResponse, omitManagedFields: true, resources: [{group: "", resources: [configmaps]}]}
            - {level: None}
            """,
            async client =>
            {
                await PostAsync(client, "secrets", """{"metadata":{"name":"hidden"},"stringData":{"a":"top-secret-value"}}""");
                await PostAsync(client, "configmaps", """{"metadata":{"name":"shown"},"data":{"a":"plain-value"}}""");
                await client.GetAsync(new Uri("api/v1/namespaces/default/pods", UriKind.Relative));
            });

        events.Count.ShouldBe(2);
        var secret = events[0];
        secret["level"]!.ToString().ShouldBe("Metadata");
        secret["stage"]!.ToString().ShouldBe("ResponseComplete");
        secret["verb"]!.ToString().ShouldBe("create");
        secret["user"]!["username"]!.ToString().ShouldBe("alice");
        secret["objectRef"]!["resource"]!.ToString().ShouldBe("secrets");
        secret["objectRef"]!["namespace"]!.ToString().ShouldBe("default");
        secret["responseStatus"]!["code"]!.GetValue<int>().ShouldBe(201);
        secret["annotations"]!["authorization.k8s.io/decision"]!.ToString().ShouldBe("allow");
        secret["auditID"]!.ToString().ShouldNotBeEmpty();
        secret.ToJsonString().ShouldNotContain("top-secret-value");
        secret.ToJsonString().ShouldNotContain(Token);

        var map = events[1];
        map["requestObject"]!["data"]!["a"]!.ToString().ShouldBe("plain-value");
        map["responseObject"]!["metadata"]!["uid"]!.ToString().ShouldNotBeEmpty();
        map["responseObject"]!["metadata"]!.AsObject().ContainsKey("managedFields").ShouldBeFalse();
    }

    [Fact]
    public async Task Refusals_are_noted_with_their_reason()
    {
        var events = await RecordAsync(
            "rules: [{level: Metadata}]",
            async client =>
            {
                await client.GetAsync(new Uri("api/v1/namespaces/default/configmaps/none", UriKind.Relative));
                using var stranger = new HttpRequestMessage(HttpMethod.Get, "api/v1/secrets");
                stranger.Headers.Authorization = new("Bearer", "forged");
                (await client.SendAsync(stranger)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            });

        events.Select(e => e["stage"]!.ToString())
            .ShouldBe(["RequestReceived", "ResponseComplete", "RequestReceived", "ResponseComplete"]);
        events[0]["auditID"]!.ToString().ShouldBe(events[1]["auditID"]!.ToString());
        events[1]["responseStatus"]!["reason"]!.ToString().ShouldBe("NotFound");
        events[3]["responseStatus"]!["code"]!.GetValue<int>().ShouldBe(401);
        events[3]["user"]!.AsObject().ShouldBeEmpty();
        string.Concat(events.Select(e => e.ToJsonString())).ShouldNotContain("forged");
    }

    [Fact]
    public async Task Watch_is_noted_when_it_begins_and_when_it_ends()
    {
        var events = await RecordAsync(
            "rules: [{level: Metadata, verbs: [watch]}]",
            async client =>
            {
                using var watch = await client.GetAsync(
                    new Uri("api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1", UriKind.Relative));
                watch.StatusCode.ShouldBe(HttpStatusCode.OK);
            });

        events.Select(e => e["stage"]!.ToString()).ShouldBe(["RequestReceived", "ResponseStarted", "ResponseComplete"]);
        events[1]["responseStatus"]!["code"]!.GetValue<int>().ShouldBe(200);
    }

    [Fact]
    public async Task Tokens_are_left_out_of_bodies()
    {
        var events = await RecordAsync(
            "omitStages: [RequestReceived]\nrules: [{level: RequestResponse}]",
            async client =>
            {
                using var content = new StringContent(
                    $$$"""{"spec":{"token":"{{{Token}}}"}}""", Encoding.UTF8, "application/json");
                using var answer = await client.PostAsync(
                    new Uri("apis/authentication.k8s.io/v1/tokenreviews", UriKind.Relative), content);
                answer.StatusCode.ShouldBe(HttpStatusCode.Created);
            });

        events[0]["responseObject"]!["status"]!["user"]!["username"]!.ToString().ShouldBe("alice");
        events[0].ToJsonString().ShouldNotContain(Token);
    }

    [Fact]
    public async Task Impersonation_names_both_users()
    {
        var events = await RecordAsync(
            "omitStages: [RequestReceived]\nrules: [{level: Metadata}]",
            async client =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/namespaces/default/configmaps");
                request.Headers.Add("Impersonate-User", "bob");
                await client.SendAsync(request);
            });

        events[0]["user"]!["username"]!.ToString().ShouldBe("alice");
        events[0]["impersonatedUser"]!["username"]!.ToString().ShouldBe("bob");
    }

    [Fact]
    public async Task Full_file_is_set_aside_and_the_oldest_go()
    {
        var path = FileOf("audit.log");
        var time = new FakeTimeProvider();
        var line = Encoding.UTF8.GetBytes(new string('x', 99) + "\n");
        await using (var log = AuditLog.Open(new AuditLogOptions(path, 250, 2, TimeSpan.Zero), time, NullLogger.Instance))
        {
            for (var i = 0; i < 10; i++)
            {
                await log.WriteAsync(line);
            }
        }

        var files = Directory.GetFiles(folder, "audit*.log");
        files.Length.ShouldBe(3);
        files.ShouldContain(path);
        files.ShouldAllBe(f => new FileInfo(f).Length <= 250);
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Log_without_policy_and_log_that_cannot_be_written_stop_the_start()
    {
        var alone = Should.Throw<IOException>(() => AuditTrail.Open(
            new ApiServerOptions { AuditLogPath = FileOf("a.log") }, TimeProvider.System, NullLoggerFactory.Instance));
        alone.Message.ShouldContain("--audit-policy-file and --audit-log-path belong together");

        var policy = FileOf("policy.yaml");
        File.WriteAllText(policy, Head + "rules: [{level: None}]");
        var nowhere = Should.Throw<IOException>(() => AuditTrail.Open(
            new ApiServerOptions { AuditPolicyFile = policy, AuditLogPath = policy + "/a.log" },
            TimeProvider.System,
            NullLoggerFactory.Instance));
        nowhere.Message.ShouldStartWith("--audit-log-path ");
    }

    private static RequestInfo Path(string path) => new() { Path = path, Verb = "get" };

    private static RequestInfo Resource(
        string verb, string group, string resource, string? inNamespace = null, string? name = null, string subresource = "") =>
        new()
        {
            Path = "/",
            Verb = verb,
            IsResource = true,
            Group = group,
            Version = "v1",
            Resource = resource,
            Namespace = inNamespace,
            Name = name,
            Subresource = subresource,
        };

    private static async Task PostAsync(HttpClient client, string resource, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"api/v1/namespaces/default/{resource}", UriKind.Relative), content);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    /// <summary>The events that requests of alice leave behind.</summary>
    private async Task<IReadOnlyList<JsonObject>> RecordAsync(string rules, Func<HttpClient, Task> act)
    {
        using var deadline = ApiFixture.Deadline();
        var (policy, log, tokens) = (FileOf("policy.yaml"), FileOf("audit.log"), FileOf("tokens.csv"));
        await File.WriteAllTextAsync(policy, Head + rules, deadline.Token);
        await File.WriteAllTextAsync(tokens, $"{Token},alice,1,\"system:masters\"\n", deadline.Token);
        var options = new ApiServerOptions { TokenAuthFile = tokens, AuditPolicyFile = policy, AuditLogPath = log };
        await using (var server = await InProcessApiServer.StartWithAuthenticationAsync(
            options, deadline.Token))
        {
            server.Client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
            await act(server.Client);
        }

        return [.. File.ReadAllLines(log).Select(l => (JsonObject)JsonNode.Parse(l)!)];
    }

    private string FileOf(string name) => System.IO.Path.Combine(folder, name);
}
