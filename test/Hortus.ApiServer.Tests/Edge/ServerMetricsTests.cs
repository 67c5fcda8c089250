using System.Net;
using System.Text;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ApiServer.Tests.Edge;

[Trait("Category", "Integration")]
public sealed class ServerMetricsTests : IDisposable
{
    private readonly string tokens = Path.GetTempFileName();

    public ServerMetricsTests() => File.WriteAllText(
        tokens, "admin,admin,1,\"system:masters\"\nreader,reader,2\nnobody,nobody,3\n");

    public void Dispose() => File.Delete(tokens);

    [Fact]
    public async Task Metrics_carry_the_names_of_kube_apiserver()
    {
        using var deadline = ApiFixture.Deadline();
        await using var server = await StartAsync(deadline.Token);
        await PostAsync(server, "api/v1/namespaces/default/configmaps", ApiFixture.ConfigMap("measured"), deadline.Token);
        await GetAsync(server, "admin", "api/v1/namespaces/default/configmaps/none", deadline.Token);
        using var watch = await server.Client.SendAsync(
            Request("admin", "api/v1/namespaces/default/configmaps?watch=1"),
            HttpCompletionOption.ResponseHeadersRead,
            deadline.Token);
        await using var events = await watch.Content.ReadAsStreamAsync(deadline.Token);
        (await events.ReadAsync(new byte[1], deadline.Token)).ShouldBe(1);

        var (code, text) = await GetAsync(server, "admin", "metrics", deadline.Token);

        code.ShouldBe(HttpStatusCode.OK);
        text.ShouldContain(
            """apiserver_request_total{code="201",component="apiserver",dry_run="",group="",resource="configmaps","""
            + """scope="namespace",subresource="",verb="POST",version="v1"} 1""");
        text.ShouldContain("""code="404",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource" """.Trim());
        text.ShouldContain("# TYPE apiserver_request_duration_seconds histogram");
        text.ShouldContain("""apiserver_longrunning_requests{component="apiserver",group="",resource="configmaps","""
            + """scope="namespace",subresource="",verb="WATCH",version="v1"} 1""");
        text.ShouldContain("""apiserver_watch_events_total{group="",kind="ConfigMap",version="v1"} """);
        text.ShouldContain("""etcd_request_duration_seconds_count{operation="create",type="configmaps"} """);
        text.ShouldContain("""apiserver_storage_objects{resource="configmaps"} """);
        text.ShouldContain("""apiserver_storage_objects{resource="deployments.apps"} 0""");
        text.ShouldContain("""apiserver_current_inflight_requests{request_kind="readOnly"} 1""");
        foreach (var name in new[] { "cpu_seconds_total", "resident_memory_bytes", "start_time_seconds", "open_fds" })
        {
            text.ShouldContain($"process_{name} ");
        }
    }

    [Fact]
    public async Task Metrics_are_for_those_whom_a_rule_lets_see_the_path()
    {
        using var deadline = ApiFixture.Deadline();
        await using var server = await StartAsync(deadline.Token);
        const string roles = "apis/rbac.authorization.k8s.io/v1/";
        await PostAsync(
            server,
            roles + "clusterroles",
            """{"metadata":{"name":"scraper"},"rules":[{"nonResourceURLs":["/metrics"],"verbs":["get"]}]}""",
            deadline.Token);
        await PostAsync(
            server,
            roles + "clusterrolebindings",
            """
            {"metadata":{"name":"scraper"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"scraper"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"reader"}]}
            """,
            deadline.Token);

        (await GetAsync(server, "nobody", "metrics", deadline.Token)).Code.ShouldBe(HttpStatusCode.Forbidden);
        HttpStatusCode code;
        do
        {
            (code, _) = await GetAsync(server, "reader", "metrics", deadline.Token);
        }
        while (code == HttpStatusCode.Forbidden && !deadline.IsCancellationRequested);
        code.ShouldBe(HttpStatusCode.OK);
    }

    private Task<InProcessApiServer> StartAsync(CancellationToken cancellationToken) =>
        InProcessApiServer.StartWithAuthenticationAsync(
            new ApiServerOptions { TokenAuthFile = tokens }, cancellationToken);

    private static HttpRequestMessage Request(string token, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", token);
        return request;
    }

    private static async Task<(HttpStatusCode Code, string Text)> GetAsync(
        InProcessApiServer server, string token, string path, CancellationToken cancellationToken)
    {
        using var request = Request(token, path);
        using var answer = await server.Client.SendAsync(request, cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    private static async Task PostAsync(
        InProcessApiServer server, string path, string body, CancellationToken cancellationToken)
    {
        using var request = Request("admin", path);
        request.Method = HttpMethod.Post;
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await server.Client.SendAsync(request, cancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }
}
