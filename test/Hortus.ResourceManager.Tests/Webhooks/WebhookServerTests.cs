using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Tests.World;
using Hortus.ResourceManager.Webhooks;
using Hortus.ResourceManager.Webhooks.Authorization;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;

namespace Hortus.ResourceManager.Tests.Webhooks;

[Trait("Category", "Integration")]
public sealed class WebhookServerTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly Scripted scripted = new();
    private readonly HookWorld hooks;

    public WebhookServerTests() => hooks = HookWorld.Start(
        new Dictionary<string, IWebhook>
        {
            [WebhookNames.PathPrefix + "admit"] = new AdmissionEndpoint(scripted),
            [WebhookNames.PathPrefix + "authorize"] = new AuthorizationEndpoint(scripted),
        },
        deadline.Token);

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("\"AdmissionReview\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}""")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":7}""")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"1","operation":"CREATE"}}""")]
    [InlineData("""{"apiVersion":"admission.k8s.io/v1","apiVersion":"v1","kind":"AdmissionReview"}""")]
    [InlineData("""{"apiVersion":{"a":1},"kind":["AdmissionReview"]}""")]
    public async Task What_is_no_review_is_a_bad_request(string body)
    {
        foreach (var name in new[] { "admit", "authorize" })
        {
            var (code, answer) = await hooks.PostAsync(name, body, deadline.Token);

            code.ShouldBe(400);
            answer.Text("kind").ShouldBe("Status");
            answer.Text("reason").ShouldBe("BadRequest");
            answer.Number("code").ShouldBe(400);
            answer.Text("message").ShouldNotBeNullOrEmpty();
        }
    }

    [Theory]
    [InlineData("apiVersion", "\"admission.k8s.io/v1beta1\"", "of \"admission.k8s.io/v1beta1\"")]
    [InlineData("kind", "\"ConversionReview\"", "found kind \"ConversionReview\"")]
    [InlineData("request/uid", "\"\"", "request.uid")]
    [InlineData("request/uid", "5", "request.uid")]
    [InlineData("request/operation", "\"PATCH\"", "request.operation: want CREATE, UPDATE, DELETE or CONNECT, found \"PATCH\"")]
    [InlineData("request/kind", "\"Pod\"", "request.kind.kind")]
    [InlineData("request/resource", "null", "request.resource.resource")]
    [InlineData("request/object", "null", "request.object: a request to CREATE has one")]
    [InlineData("request/object", "[1]", "request.object: want an object")]
    [InlineData("request/oldObject", "\"x\"", "request.oldObject: want an object")]
    public async Task A_review_with_a_broken_field_is_a_bad_request_that_names_it(string field, string value, string message)
    {
        var review = Reviews.OfPod([]);
        var steps = field.Split('/');
        (steps.Length == 1 ? review : review["request"]!)[steps[^1]] = JsonNode.Parse(value);

        var (code, answer) = await hooks.PostAsync("admit", review.ToJsonString(), deadline.Token);

        code.ShouldBe(400);
        answer.Text("message").ShouldNotBeNull().ShouldContain(message);
    }

    [Fact]
    public async Task Nesting_without_end_is_a_bad_request()
    {
        var (code, _) = await hooks.PostAsync("admit", new string('[', 100_000), deadline.Token);

        code.ShouldBe(400);
    }

    [Fact]
    public async Task More_than_seven_mebibytes_are_too_large()
    {
        var (code, answer) = await hooks.PostAsync("admit", new string(' ', (7 << 20) + 1), deadline.Token);

        code.ShouldBe(413);
        answer.Text("reason").ShouldBe("RequestEntityTooLarge");
    }

    [Fact]
    public async Task The_wrong_path_method_and_content_are_told_apart()
    {
        (await hooks.PostAsync("nowhere", "{}", deadline.Token)).Body.Text("message")!.ShouldContain("/webhooks/admit");
        using var get = await hooks.Http.GetAsync(hooks.Url("admit"), deadline.Token);
        using var content = new StringContent("a: b", Encoding.UTF8, "application/yaml");
        using var yaml = await hooks.Http.PostAsync(hooks.Url("admit"), content, deadline.Token);

        ((int)get.StatusCode).ShouldBe(405);
        get.Content.Headers.Allow.ShouldBe(["POST"]);
        ((int)yaml.StatusCode).ShouldBe(415);
    }

    [Fact]
    public async Task Who_cannot_decide_leaves_it_to_the_failure_policy_and_goes_on_serving()
    {
        scripted.Failure = new HttpRequestException("the server is away");
        var (code, answer) = await hooks.PostAsync("admit", Reviews.OfPod([]).ToJsonString(), deadline.Token);
        scripted.Failure = new InvalidOperationException("nobody thought of this");
        var (second, _) = await hooks.PostAsync("admit", Reviews.OfPod([]).ToJsonString(), deadline.Token);
        scripted.Failure = null;
        var (third, _) = await hooks.PostAsync("admit", Reviews.OfPod([]).ToJsonString(), deadline.Token);

        code.ShouldBe(500);
        answer.Text("message").ShouldBe("cannot decide: the server is away");
        (second, third).ShouldBe((500, 200));
    }

    [Fact]
    public async Task Who_cannot_be_judged_is_denied_because_others_would_let_him_in()
    {
        scripted.Failure = new HttpRequestException("the server is away");
        var review = """{"apiVersion":"authorization.k8s.io/v1","kind":"SubjectAccessReview","spec":{"resourceAttributes":{}}}""";

        var (code, answer) = await hooks.PostAsync("authorize", review, deadline.Token);

        code.ShouldBe(200);
        (answer.Flag("status", "allowed"), answer.Flag("status", "denied")).ShouldBe((false, true));
        answer.Text("status", "evaluationError").ShouldBe("cannot decide: the server is away");
    }

    [Fact]
    public async Task Answers_carry_the_uid_and_a_patch_or_the_reason_for_the_denial()
    {
        scripted.Answer = AdmissionAnswer.Change(new JsonObject { ["a/b~"] = 1 });
        var (_, changed) = await hooks.PostAsync("admit", Reviews.OfPod([]).ToJsonString(), deadline.Token);
        scripted.Answer = AdmissionAnswer.Deny("not this one");
        var (_, denied) = await hooks.PostAsync("admit", Reviews.OfPod([]).ToJsonString(), deadline.Token);

        changed.Text("response", "uid").ShouldBe("u-1");
        (changed.Flag("response", "allowed"), changed.Text("response", "patchType")).ShouldBe((true, "JSONPatch"));
        Reviews.PatchOf(changed).ShouldBe("""[{"op":"add","path":"/a~1b~0","value":1}]""");
        denied.Flag("response", "allowed").ShouldBe(false);
        (denied.Text("response", "status", "message"), denied.Number("response", "status", "code")).ShouldBe(("not this one", 403));
    }

    [Fact]
    public async Task A_replaced_certificate_is_served_and_half_a_replacement_is_not()
    {
        var names = new List<string>();
        async Task ConnectAsync()
        {
            using var http = hooks.NewHttp(c => names.Add(new X509Certificate2(c).GetNameInfo(X509NameType.SimpleName, false)));
            using var answer = await http.GetAsync(hooks.Url("admit"), deadline.Token);
        }

        await ConnectAsync();
        hooks.WriteCertificate("second");
        await ConnectAsync();
        hooks.BreakKey();
        await ConnectAsync();
        hooks.WriteCertificate("third");
        await ConnectAsync();

        names.ShouldBe(["first", "second", "second", "third"]);
    }

    [Theory]
    [InlineData("--webhook-cert-dir", WebhookNames.ProjectedTokens)]
    [InlineData("there is no webhook \"none\"; there are auth/nodeagent", "none")]
    public async Task Wrong_flags_stop_the_start_with_a_line_that_names_them(string message, string webhook)
    {
        var options = new ResourceManagerOptions { Webhooks = [webhook] };
        using var client = new KubernetesClient(
            new ClientConnection { Server = new Uri("https://127.0.0.1:1") }, new ClientOptions { UserAgent = "tests" });
        var hosting = ResourceManagerComponent.HostOptions(options) with { Client = client, HandleSignals = false };
        Exception? fault = null;
        async Task BesideAsync(ComponentContext context, CancellationToken token)
        {
            try
            {
                await WebhookServing.RunAsync(options, context, token);
            }
            catch (Exception e)
            {
                fault = e;
                throw;
            }
        }

        var code = await ComponentHost.RunAsync(
            hosting with { Beside = BesideAsync },
            (context, token) => new ResourceManagerComponent().RunAsync(options, context, token),
            deadline.Token);

        code.ShouldBe(ExitCode.BadConfiguration);
        fault.ShouldBeOfType<SettingException>().Message.ShouldContain(message);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await hooks.DisposeAsync();
        deadline.Dispose();
    }

    private sealed class Scripted : IAdmissionWebhook, IAuthorizationWebhook
    {
        public Exception? Failure { get; set; }

        public AdmissionAnswer Answer { get; set; } = AdmissionAnswer.Allowed;

        public Task<AdmissionAnswer> ReviewAsync(AdmissionRequest request, CancellationToken cancellationToken) =>
            Failure is null ? Task.FromResult(Answer) : throw Failure;

        public Task<AuthorizationVerdict> AuthorizeAsync(AuthorizationRequest request, CancellationToken cancellationToken) =>
            Failure is null ? Task.FromResult(AuthorizationVerdict.Allow) : throw Failure;
    }
}
