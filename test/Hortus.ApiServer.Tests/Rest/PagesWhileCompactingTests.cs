using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Storage;
using Hortus.Testing;
using Hortus.Testing.Etcd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ApiServer.Tests.Rest;

/// <summary>Lists in pages whose revision is compacted away again and again while they are read.</summary>
public sealed class PagesWhileCompactingTests : IDisposable
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const int Objects = 400;
    private const int Limit = 10;
    private const int Lists = 3;
    private const int PagesBetweenCompactions = 8;
    private const int ExpirationsMin = 3;
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    public void Dispose() => deadline.Dispose();

    [Fact]
    [Trait("Category", "Integration")]
    public async Task On_the_embedded_store_every_object_comes_exactly_once()
    {
        await using var server = await InProcessApiServer.StartWithoutSocketAsync(deadline.Token);
        await ListWhileCompactingAsync(server);
    }

    [Fact]
    [Trait("Category", "RealParts")]
    public async Task On_etcd_every_object_comes_exactly_once_whichever_server_has_the_next_page()
    {
        await using var etcd = await EtcdCluster.StartAsync(deadline.Token);
        await using var one = await StartOnAsync(etcd);
        await using var other = await StartOnAsync(etcd);
        await ListWhileCompactingAsync(one, other);
    }

    private async Task ListWhileCompactingAsync(params InProcessApiServer[] servers)
    {
        var stay = Enumerable.Range(0, Objects).Select(i => $"stays-{i:000}").ToList();
        await Task.WhenAll(stay.Select(name => CreateAsync(servers[0], name)));
        for (var list = 0; list < Lists; list++)
        {
            var (names, expirations) = await ListAsync(servers);
            names.Distinct().Count().ShouldBe(names.Count, "an object came twice");
            names.Where(n => !n.EndsWith("-goes", StringComparison.Ordinal)).ShouldBe(stay);
            expirations.ShouldBeGreaterThanOrEqualTo(ExpirationsMin);
        }
    }

    /// <summary>One list in pages beside which the store is compacted every few pages; a page that is too late is asked for with the
    /// token of the refusal.</summary>
    private async Task<(List<string> Names, int Expirations)> ListAsync(InProcessApiServer[] servers)
    {
        var names = new List<string>();
        var (token, expirations) = ("", 0);
        var compacting = Task.CompletedTask;
        for (var page = 0; ; page++)
        {
            if (page % PagesBetweenCompactions == 1)
            {
                compacting = CompactAsync(servers[0], page);
            }
            else if (page % PagesBetweenCompactions == PagesBetweenCompactions / 2)
            {
                await compacting;
            }

            using var response = await servers[page % servers.Length].Client.GetAsync(
                $"{ConfigMaps}?limit={Limit}&continue={token}", deadline.Token);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(deadline.Token))!;
            if (response.StatusCode == HttpStatusCode.Gone)
            {
                token.ShouldNotBeEmpty("the first page is of the newest state");
                answer["reason"]!.ToString().ShouldBe("Expired");
                expirations++;
            }
            else
            {
                response.StatusCode.ShouldBe(HttpStatusCode.OK, answer.ToJsonString());
                var found = answer["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString()).ToList();
                found.Count.ShouldBeLessThanOrEqualTo(Limit);
                names.AddRange(found);
            }

            token = answer["metadata"]?["continue"]?.ToString() ?? "";
            if (token.Length == 0)
            {
                response.StatusCode.ShouldBe(HttpStatusCode.OK, "a refusal has a token to go on with");
                await compacting;
                return (names, expirations);
            }
        }
    }

    /// <summary>An object between those that stay comes and goes, and all of the past is compacted.</summary>
    private async Task CompactAsync(InProcessApiServer server, int number)
    {
        var name = $"stays-{number * 37 % Objects:000}-goes";
        await CreateAsync(server, name);
        using var deleted = await server.Client.DeleteAsync($"{ConfigMaps}/{name}", deadline.Token);
        deleted.StatusCode.ShouldBe(HttpStatusCode.OK);
        await server.Store.CompactAsync(await server.Store.GetRevisionAsync(deadline.Token), deadline.Token);
    }

    private async Task CreateAsync(InProcessApiServer server, string name)
    {
        using var body = new StringContent(ApiFixture.ConfigMap(name), Encoding.UTF8, "application/json");
        using var response = await server.Client.PostAsync(ConfigMaps, body, deadline.Token);
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private async Task<InProcessApiServer> StartOnAsync(EtcdCluster etcd) => await InProcessApiServer.StartOnAsync(
        await EtcdStore.OpenAsync(
            new EtcdStoreOptions { Endpoints = etcd.Endpoints },
            TimeProvider.System,
            NullLogger<EtcdStore>.Instance,
            deadline.Token),
        deadline.Token);
}
