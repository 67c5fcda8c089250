using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Hosting;
using Hortus.Objects;
using Hortus.Pki;
using Hortus.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ApiServer.Tests.Builtin;

/// <summary>The rules of the built-in kinds as clients of a whole server see them.</summary>
[Trait("Category", "Integration")]
public sealed class BuiltinServerTests : IAsyncLifetime
{
    private const string PodBody = """
        {"metadata":{"name":"p","labels":{"app":"a"}},"spec":{"serviceAccountName":"robot","containers":[{"name":"c","image":"x:1"}]}}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("hortus-api-").FullName;
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));
    private ApiServerHost host = null!;
    private EmbeddedStore store = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "tokens"),
            "root,admin,1,\"system:masters\"\nal,alice,2\nn1,system:node:n1,3,\"system:nodes\"\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "sa.key"), SigningKeyPair.Create().PrivateKeyPem);
        store = EmbeddedStore.InMemory(TimeProvider.System);
        var services = ApiServerHost.CreateServices(
            new ApiServerOptions
            {
                TokenAuthFile = Path.Combine(folder, "tokens"),
                ServiceAccountSigningKeyFile = Path.Combine(folder, "sa.key"),
                ServiceAccountIssuer = ["https://api"],
                ServiceClusterIPRange = ["10.2.0.0/16"],
                AdvertiseAddress = "10.0.0.9",
            },
            store, TimeProvider.System, NullLoggerFactory.Instance);
        host = await ApiServerHost.StartAsync(
            store, [new BuiltinPlugin()], new ListenOptions(new IPEndPoint(IPAddress.Loopback, 0), null), services,
                deadline.Token);
        http = new HttpClient { BaseAddress = host.Address };
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        await host.DisposeAsync();
        await store.DisposeAsync();
        deadline.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task New_cluster_has_its_namespaces_service_and_identity_documents()
    {
        (await GetAsync("root", "/api/v1/namespaces/kube-node-lease")).Text("status", "phase").ShouldBe("Active");
        var service = await GetAsync("root", "/api/v1/namespaces/default/services/kubernetes");
        service.Text("spec", "clusterIP").ShouldBe("10.2.0.1");
        var endpoints = await GetAsync("root", "/api/v1/namespaces/default/endpoints/kubernetes");
        endpoints.Items("subsets").Single().Items("addresses").Single().Text("ip").ShouldBe("10.0.0.9");
        (await GetAsync("root", "/openid/v1/jwks")).Items("keys").Single().Text("alg").ShouldBe("ES256");
        await GetAsync("root", "/apis/rbac.authorization.k8s.io/v1/clusterroles/cluster-admin");
    }

    [Fact]
    public async Task Strangers_see_health_and_nothing_else()
    {
        (await SendAsync(null, HttpMethod.Get, "/readyz")).Code.ShouldBe(200);
        (await SendAsync(null, HttpMethod.Get, "/api/v1/pods")).Code.ShouldBe(403);
        (await SendAsync("wrong", HttpMethod.Get, "/readyz")).Code.ShouldBe(401);
    }

    [Fact]
    public async Task Role_and_binding_open_exactly_what_they_say()
    {
        await CreateAsync("root", "/api/v1/namespaces", """{"metadata":{"name":"farm"}}""");
        var (code, body) = await SendAsync("al", HttpMethod.Get, "/api/v1/namespaces/farm/configmaps");
        code.ShouldBe(403);
        body.Text("message").ShouldBe(
            "configmaps is forbidden: User \"alice\" cannot list resource \"configmaps\" in API group \"\" in the namespace \"farm\"");

        await CreateAsync("root", "/apis/rbac.authorization.k8s.io/v1/namespaces/farm/rolebindings", """
            {"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"edit","apiGroup":"rbac.authorization.k8s.io"},"subjects":[{"kind":"User","name":"alice"}]}
            """);

        await EventuallyAsync(
            async () => (await SendAsync("al", HttpMethod.Get, "/api/v1/namespaces/farm/configmaps")).Code == 200);
        (await SendAsync("al", HttpMethod.Get, "/api/v1/namespaces/default/configmaps")).Code.ShouldBe(403);
        var review = await CreateAsync("al", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            """{"spec":{"resourceAttributes":{"namespace":"farm","verb":"create","resource":"secrets"}}}""");
        review.At("status", "allowed")!.GetValue<bool>().ShouldBeTrue();
        (await CreateAsync("al", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}"))
            .Text("status", "userInfo", "username").ShouldBe("alice");
        (await CreateAsync("al", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", """{"spec":{"namespace":"farm"}}"""))
            .Items("status", "resourceRules").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Nobody_binds_a_role_beyond_their_own_permissions()
    {
        await CreateAsync("root", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            {"metadata":{"name":"b"},"roleRef":{"kind":"ClusterRole","name":"admin"},"subjects":[{"kind":"User","name":"alice"}]}
            """);
        const string roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";
        const string body = """
            {"metadata":{"name":"mine"},"roleRef":{"kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"User","name":"alice"}]}
            """;
        await EventuallyAsync(async () => (await SendAsync("al", HttpMethod.Get, roles)).Code == 200);

        var (code, answer) = await SendAsync("al", HttpMethod.Post, roles, body);

        code.ShouldBe(403);
        answer.Text("message")!.ShouldContain("is attempting to grant RBAC permissions not currently held");
    }

    [Fact]
    public async Task Pod_is_bound_once_and_leaves_with_grace()
    {
        await PreparePodAsync();
        var pod = await CreateAsync("root", "/api/v1/namespaces/default/pods", PodBody);
        pod.Text("status", "phase").ShouldBe("Pending");
        pod.Items("spec", "volumes").Single().Text("name")!.ShouldStartWith("kube-api-access-");
        pod.Items("spec", "tolerations").Count().ShouldBe(2);

        await BindAsync("n1");
        (await SendAsync("root", HttpMethod.Post, "/api/v1/namespaces/default/pods/p/binding",
            """{"target":{"kind":"Node","name":"n2"}}""")).Code.ShouldBe(409);

        await SendAsync("root", HttpMethod.Delete, "/api/v1/namespaces/default/pods/p");
        var leaving = await GetAsync("root", "/api/v1/namespaces/default/pods/p");
        leaving.Number("metadata", "deletionGracePeriodSeconds").ShouldBe(30);
        await SendAsync("n1", HttpMethod.Delete, "/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0");
        (await SendAsync("root", HttpMethod.Get, "/api/v1/namespaces/default/pods/p")).Code.ShouldBe(404);
    }

    [Fact]
    public async Task Token_of_a_pods_account_works_until_the_pod_is_gone()
    {
        await PreparePodAsync();
        var pod = await CreateAsync("root", "/api/v1/namespaces/default/pods", PodBody);
        await CreateAsync("root", "/api/v1/nodes", """{"metadata":{"name":"n1"}}""");
        await BindAsync("n1");
        var bound = $$"""
            {"spec":{"expirationSeconds":600,"boundObjectRef":{"kind":"Pod","apiVersion":"v1","name":"p","uid":"{{pod.Uid}}" } } }
            """;
        const string path = "/api/v1/namespaces/default/serviceaccounts/robot/token";

        var token = (await CreateAsync("n1", path, bound)).Text("status", "token")!;

        (await CreateAsync(token, "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}"))
            .Text("status", "userInfo", "username").ShouldBe("system:serviceaccount:default:robot");
        (await SendAsync("n1", HttpMethod.Post, path, """{"spec":{"expirationSeconds":600}}""")).Code.ShouldBe(403);
        (await SendAsync("root", HttpMethod.Post, path, """{"spec":{"expirationSeconds":60}}""")).Code.ShouldBe(422);
        var review = await CreateAsync("root", "/apis/authentication.k8s.io/v1/tokenreviews", $$"""{"spec":{"token":"{{token}}"} }""");
        review.At("status", "authenticated")!.GetValue<bool>().ShouldBeTrue();

        await SendAsync("root", HttpMethod.Delete, "/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0");
        (await SendAsync(token, HttpMethod.Get, "/version")).Code.ShouldBe(401);
    }

    [Fact]
    public async Task Scale_changes_replicas_alone()
    {
        await CreateAsync("root", "/apis/apps/v1/namespaces/default/deployments", """
            {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"app":"a"}},
             "template":{"metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"c","image":"x"}]}}}}
            """);
        const string path = "/apis/apps/v1/namespaces/default/deployments/d/scale";
        (await GetAsync("root", path)).Text("status", "selector").ShouldBe("app=a");

        var (code, scale) = await SendAsync("root", HttpMethod.Patch, path, """{"spec":{"replicas":3}}""", "application/merge-patch+json");

        code.ShouldBe(200);
        scale.Number("spec", "replicas").ShouldBe(3);
        var deployment = await GetAsync("root", "/apis/apps/v1/namespaces/default/deployments/d");
        deployment.Number("spec", "replicas").ShouldBe(3);
        deployment.Number("metadata", "generation").ShouldBe(2);
    }

    [Fact]
    public async Task Eviction_waits_for_the_budget()
    {
        await PreparePodAsync();
        await CreateAsync("root", "/api/v1/namespaces/default/pods", PodBody);
        await BindAsync("n1");
        await SendAsync("root", HttpMethod.Patch, "/api/v1/namespaces/default/pods/p/status",
            """{"status":{"phase":"Running"}}""", "application/merge-patch+json");
        await CreateAsync("root", "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
            """{"metadata":{"name":"b"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"a"}}}}""");

        var (code, answer) = await SendAsync("root", HttpMethod.Post, "/api/v1/namespaces/default/pods/p/eviction",
            """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}""");

        code.ShouldBe(429);
        answer.Items("details", "causes").Single().Text("reason").ShouldBe("DisruptionBudget");
    }

    [Fact]
    public async Task Namespace_stays_terminating_until_it_is_finalized()
    {
        await CreateAsync("root", "/api/v1/namespaces", """{"metadata":{"name":"farm"}}""");
        await SendAsync("root", HttpMethod.Delete, "/api/v1/namespaces/farm");
        var space = await GetAsync("root", "/api/v1/namespaces/farm");
        space.Text("status", "phase").ShouldBe("Terminating");
        (await SendAsync("root", HttpMethod.Post, "/api/v1/namespaces/farm/configmaps", """{"metadata":{"name":"c"}}""")).Code.ShouldBe(403);

        space["spec"]!["finalizers"] = new JsonArray();
        await SendAsync("root", HttpMethod.Put, "/api/v1/namespaces/farm/finalize", space.ToJsonString());

        (await SendAsync("root", HttpMethod.Get, "/api/v1/namespaces/farm")).Code.ShouldBe(404);
        (await SendAsync("root", HttpMethod.Delete, "/api/v1/namespaces/kube-system")).Code.ShouldBe(403);
    }

    [Fact]
    public async Task Certificate_request_is_approved_through_its_subresource_only()
    {
        var request = SigningRequest.Create(CertificateSpec.Client("system:node:n9", "system:nodes")).RequestPem;
        var pem = Convert.ToBase64String(Encoding.UTF8.GetBytes(request));
        const string all = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
        var created = await CreateAsync("root", all, $$"""
            {"metadata":{"name":"c"},"spec":{"request":"{{pem}}","signerName":"kubernetes.io/kube-apiserver-client-kubelet","usages":["client auth"] } }
            """);
        created.Text("spec", "username").ShouldBe("admin");

        created.Ensure("status")["conditions"] = new JsonArray(new JsonObject
        {
            ["type"] = "Approved",
            ["status"] = "True",
            ["reason"] = "Test",
            ["message"] = "m",
        });
        var (_, plain) = await SendAsync("root", HttpMethod.Put, all + "/c", created.ToJsonString());
        plain.At("status", "conditions").ShouldBeNull();

        created.Ensure("metadata").Remove("resourceVersion");
        var (code, approved) = await SendAsync("root", HttpMethod.Put, all + "/c/approval", created.ToJsonString());
        code.ShouldBe(200);
        approved.Items("status", "conditions").Single().Text("type").ShouldBe("Approved");
    }



    private async Task PreparePodAsync() =>
        await CreateAsync("root", "/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"robot"}}""");

    private Task<JsonObject> BindAsync(string node) => CreateAsync("root", "/api/v1/namespaces/default/pods/p/binding",
        $$"""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"kind":"Node","name":"{{node}}"} }""");

    private async Task<JsonObject> GetAsync(string token, string path)
    {
        var (code, body) = await SendAsync(token, HttpMethod.Get, path);
        code.ShouldBe(200, body.ToJsonString());
        return body;
    }

    private async Task<JsonObject> CreateAsync(string token, string path, string json)
    {
        var (code, body) = await SendAsync(token, HttpMethod.Post, path, json);
        code.ShouldBe(201, body.ToJsonString());
        return body;
    }

    private async Task<(int Code, JsonObject Body)> SendAsync(
        string? token, HttpMethod method, string path, string? json = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, mediaType);
        }

        using var answer = await http.SendAsync(request, deadline.Token);
        var text = await answer.Content.ReadAsStringAsync(deadline.Token);
        return ((int)answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : []);
    }

    private async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
