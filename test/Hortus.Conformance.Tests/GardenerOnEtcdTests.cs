using System.Text;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;
using Hortus.Testing.Etcd;

namespace Hortus.Conformance.Tests;

/// <summary>Both API servers of a garden on one real etcd, which asks for certificates.</summary>
[Trait("Category", "RealParts")]
public sealed class GardenerOnEtcdTests : IAsyncLifetime
{
    private const string Core = "apis/core.gardener.cloud/v1beta1";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly CancellationTokenSource deadline = new(Deadline);
    private EtcdCluster etcd = null!;
    private GardenServer garden = null!;

    private Kubectl Kubectl => garden.Server.Admin;

    public async Task InitializeAsync()
    {
        etcd = await EtcdCluster.StartAsync(1, isSecure: true, deadline.Token);
        garden = new GardenServer(ServerProcess.OnEtcd(etcd));
        await garden.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await garden.DisposeAsync();
        await etcd.DisposeAsync();
        deadline.Dispose();
    }

    [OwnServerFact]
    public async Task Objects_outlive_both_servers_and_etcd_and_watches_go_on_where_they_were()
    {
        var shoot = await garden.CreateShootAsync(_ => _);
        var before = await ReadAllAsync(shoot);
        var list = JsonNode.Parse(await GetAsync($"{Core}/shoots"))!;
        var version = list["metadata"]!["resourceVersion"]!.ToString();
        (await Kubectl.RunAsync($"-n garden-local label shoot {shoot} change=before")).Succeeds();
        var labelled = await ReadAllAsync(shoot);

        await garden.StopBehindAsync();
        await etcd.Members[0].KillAsync();
        await etcd.Members[0].StartAsync(deadline.Token);
        await garden.Server.RestartAsync();
        await garden.StartBehindAsync();

        (await ReadAllAsync(shoot)).ShouldBe(labelled);
        labelled.ShouldNotBe(before);
        using var http = garden.Server.Http();
        using var response = await http.GetAsync(
            $"{Core}/namespaces/garden-local/shoots?watch=1&resourceVersion={version}",
            HttpCompletionOption.ResponseHeadersRead,
            deadline.Token);
        using var watch = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        (await LabelAsync(watch)).ShouldBe("before");
        (await Kubectl.RunAsync($"-n garden-local label shoot {shoot} change=after --overwrite")).Succeeds();
        (await LabelAsync(watch)).ShouldBe("after");
    }

    [OwnServerFact]
    public async Task Keys_and_stored_versions_are_those_of_upstream()
    {
        var shoot = await garden.CreateShootAsync(_ => _);

        var stored = await StoredAsync($"/registry-gardener/core.gardener.cloud/shoots/garden-local/{shoot}");
        var keys = await KeysAsync();

        (stored["apiVersion"]!.ToString(), stored["kind"]!.ToString()).ShouldBe(("core.gardener.cloud/v1beta1", "Shoot"));
        keys.ShouldContain("/registry-gardener/core.gardener.cloud/cloudprofiles/local");
        keys.ShouldContain("/registry-gardener/core.gardener.cloud/seeds/local");
        keys.ShouldContain("/registry-gardener/core.gardener.cloud/projects/local");
        keys.ShouldContain("/registry-gardener/security.gardener.cloud/credentialsbindings/garden-local/local");
        keys.ShouldContain("/registry/apiregistration.k8s.io/apiservices/v1beta1.core.gardener.cloud");
        keys.ShouldContain("/registry/namespaces/garden-local");
    }

    private async Task<string> ReadAllAsync(string shoot) =>
        (await Kubectl.RunAsync($"-n garden-local get shoot/{shoot} cloudprofile/local seed/local project/local -o yaml")).Succeeds();

    private async Task<string> GetAsync(string path)
    {
        using var http = garden.Server.Http();
        return await http.GetStringAsync(path, deadline.Token);
    }

    private async Task<string> LabelAsync(StreamReader watch)
    {
        var change = JsonNode.Parse((await watch.ReadLineAsync(deadline.Token)).ShouldNotBeNull())!;
        change["type"]!.ToString().ShouldBe("MODIFIED");
        return change["object"]!["metadata"]!["labels"]!["change"]!.ToString();
    }

    private async Task<JsonNode> StoredAsync(string key)
    {
        var found = await etcd.CallAsync(
            etcd.Members[0], "v3/kv/range", new JsonObject { ["key"] = Base64(key) }, deadline.Token);
        return JsonNode.Parse(Text(found["kvs"].ShouldNotBeNull()[0]!["value"]!))!;
    }

    private async Task<List<string>> KeysAsync()
    {
        var found = await etcd.CallAsync(
            etcd.Members[0],
            "v3/kv/range",
            new JsonObject { ["key"] = Base64("/"), ["range_end"] = Base64("0"), ["keys_only"] = true },
            deadline.Token);
        return [.. found["kvs"]!.AsArray().Select(k => Text(k!["key"]!))];
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Text(JsonNode base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64.ToString()));
}
