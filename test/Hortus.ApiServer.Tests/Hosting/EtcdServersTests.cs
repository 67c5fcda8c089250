using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Storage;
using Hortus.Testing;
using Hortus.Testing.Etcd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ApiServer.Tests.Hosting;

/// <summary>API servers that keep their objects in one etcd.</summary>
[Trait("Category", "RealParts")]
public sealed class EtcdServersTests : IAsyncLifetime
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private EtcdCluster etcd = null!;

    public async Task InitializeAsync() => etcd = await EtcdCluster.StartAsync(deadline.Token);

    public async Task DisposeAsync()
    {
        await etcd.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_write_on_one_server_is_in_the_gets_lists_and_watches_of_the_other()
    {
        // Both at once: each makes the objects that must exist, and finds those that the other was quicker to make.
        var servers = await Task.WhenAll(StartAsync(), StartAsync());
        await using var one = servers[0];
        await using var other = servers[1];
        using var response = await other.Client.GetAsync(
            $"{ConfigMaps}?watch=1&resourceVersion={await RevisionAsync(other)}",
            HttpCompletionOption.ResponseHeadersRead,
            deadline.Token);
        using var watch = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        for (var i = 0; i < 20; i++)
        {
            var created = await CreateAsync(one, $"shared-{i}");
            (await ReadAsync(other, $"{ConfigMaps}/shared-{i}"))["metadata"]!.ToJsonString()
                .ShouldBe(created["metadata"]!.ToJsonString());
            (await ReadAsync(other, ConfigMaps))["items"]!.AsArray().Count.ShouldBe(i + 1);
            var seen = JsonNode.Parse((await watch.ReadLineAsync(deadline.Token)).ShouldNotBeNull())!;
            seen["type"]!.ToString().ShouldBe("ADDED");
            seen["object"]!["metadata"]!.ToJsonString().ShouldBe(created["metadata"]!.ToJsonString());
        }

        (await other.Client.DeleteAsync($"{ConfigMaps}/shared-3", deadline.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await one.Client.GetAsync($"{ConfigMaps}/shared-3", deadline.Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_namespace_made_on_one_server_can_be_used_on_the_other_at_once()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            using var space = Json($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n-{{i}}"} }""");
            (await one.Client.PostAsync("/api/v1/namespaces", space, deadline.Token)).StatusCode
                .ShouldBe(HttpStatusCode.Created);
            using var body = Json(ApiFixture.ConfigMap("first"));
            (await other.Client.PostAsync($"/api/v1/namespaces/n-{i}/configmaps", body, deadline.Token)).StatusCode
                .ShouldBe(HttpStatusCode.Created);
        }
    }

    [Fact]
    public async Task Concurrent_patches_through_two_servers_are_all_applied()
    {
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        await CreateAsync(one, "counted");
        await Task.WhenAll(new[] { one, other }.SelectMany((server, s) => Enumerable.Range(0, 2).Select(async writer =>
        {
            for (var i = 0; i < 10; i++)
            {
                using var patch = new StringContent(
                    $$"""{"data":{"s{{s}}-w{{writer}}-{{i}}":"x"} }""", Encoding.UTF8, "application/merge-patch+json");
                (await server.Client.PatchAsync($"{ConfigMaps}/counted", patch, deadline.Token)).StatusCode
                    .ShouldBe(HttpStatusCode.OK);
            }
        })));

        (await ReadAsync(one, $"{ConfigMaps}/counted"))["data"]!.AsObject().Count(d => d.Key[0] == 's').ShouldBe(40);
    }

    [Fact]
    public async Task Readiness_fails_while_etcd_is_away_and_returns_with_it()
    {
        await using var server = await StartAsync();
        (await server.Client.GetAsync("/readyz", deadline.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await etcd.Members[0].KillAsync();
        using var failed = await server.Client.GetAsync("/readyz", deadline.Token);
        failed.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await failed.Content.ReadAsStringAsync(deadline.Token)).ShouldContain("[-]store failed");
        await etcd.Members[0].StartAsync(deadline.Token);
        while ((await server.Client.GetAsync("/readyz", deadline.Token)).StatusCode != HttpStatusCode.OK)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }

        await CreateAsync(server, "after");
    }

    [Fact]
    public async Task Keys_are_laid_out_as_upstream_lays_them_out()
    {
        await using var server = await StartAsync();
        await CreateAsync(server, "placed");
        var found = await etcd.CallAsync(
            etcd.Members[0],
            "v3/kv/range",
            new JsonObject { ["key"] = Base64("/"), ["range_end"] = Base64("0"), ["keys_only"] = true },
            deadline.Token);
        var keys = found["kvs"]!.AsArray()
            .Select(k => Encoding.UTF8.GetString(Convert.FromBase64String(k!["key"]!.ToString())))
            .ToList();
        keys.ShouldContain("/registry/configmaps/default/placed");
        keys.ShouldContain("/registry/services/specs/default/kubernetes");
        keys.ShouldContain("/registry/namespaces/kube-system");
        keys.ShouldAllBe(k => k.StartsWith("/registry/"));
    }

    [Fact]
    public async Task Values_of_another_kind_of_server_are_refused_at_the_start()
    {
        await etcd.PutAsync("/registry/pods/default/theirs", "k8s\0and protobuf", deadline.Token);
        var component = new ApiServerComponent([], TimeProvider.System, NullLoggerFactory.Instance);
        var options = new ApiServerOptions { EtcdServers = [etcd.Endpoints[0].ToString()], EtcdPrefix = "registry/" };
        var error = await Should.ThrowAsync<IOException>(() => component.RunAsync(options, deadline.Token));
        error.Message.ShouldContain("/registry/pods/default/theirs");
        error.Message.ShouldContain("--etcd-prefix");
    }

    private async Task<InProcessApiServer> StartAsync() => await InProcessApiServer.StartOnAsync(
        await EtcdStore.OpenAsync(
            new EtcdStoreOptions { Endpoints = etcd.Endpoints },
            TimeProvider.System,
            NullLogger<EtcdStore>.Instance,
            deadline.Token),
        deadline.Token);

    private async Task<JsonNode> CreateAsync(InProcessApiServer server, string name)
    {
        using var body = Json(ApiFixture.ConfigMap(name));
        using var response = await server.Client.PostAsync(ConfigMaps, body, deadline.Token);
        var text = await response.Content.ReadAsStringAsync(deadline.Token);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, text);
        return JsonNode.Parse(text)!;
    }

    private async Task<JsonNode> ReadAsync(InProcessApiServer server, string path) =>
        JsonNode.Parse(await server.Client.GetStringAsync(path, deadline.Token))!;

    private async Task<string> RevisionAsync(InProcessApiServer server) =>
        (await ReadAsync(server, ConfigMaps))["metadata"]!["resourceVersion"]!.ToString();

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
