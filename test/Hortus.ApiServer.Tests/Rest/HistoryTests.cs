using System.Net;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Tests.Rest;

/// <summary>Readers whose history is gone or who do not keep up.</summary>
[Trait("Category", "Integration")]
public sealed class HistoryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Pages_after_compaction_expire_and_go_on_from_the_newest_state()
    {
        const string Path = "api/v1/namespaces/default/configmaps";
        for (var i = 0; i < 40; i++)
        {
            await api.PostAsync(Path, ApiFixture.ConfigMap($"c{i:00}"));
        }

        var names = new List<string>();
        var page = await api.GetAsync($"{Path}?limit=7");
        var expired = 0;
        while (true)
        {
            names.AddRange(page.ItemNames);
            if (Token(page) is not { Length: > 0 } token)
            {
                break;
            }

            await CompactAsync(Path);
            page = await api.GetAsync($"{Path}?limit=7&continue={token}");
            if (page.Code == HttpStatusCode.Gone)
            {
                expired++;
                page.Reason.ShouldBe("Expired");
                page = await api.GetAsync($"{Path}?limit=7&continue={Token(page)}");
            }

            page.Code.ShouldBe(HttpStatusCode.OK);
        }

        expired.ShouldBeGreaterThan(0);
        names.Where(n => n.StartsWith('c')).ShouldBe(Enumerable.Range(0, 40).Select(i => $"c{i:00}"));
        names.Distinct().Count().ShouldBe(names.Count);
    }

    [Fact]
    public async Task Exact_version_before_history_is_expired()
    {
        const string Path = "api/v1/namespaces/default/secrets";
        var version = (await api.GetAsync(Path)).Version;
        await CompactAsync("api/v1/namespaces/default/configmaps");
        var answer = await api.GetAsync($"{Path}?resourceVersion={version}&resourceVersionMatch=Exact");
        answer.Code.ShouldBe(HttpStatusCode.Gone);
        answer.Reason.ShouldBe("Expired");
    }

    [Fact]
    public async Task Watcher_that_does_not_read_is_cut_off_and_others_are_not_held_up()
    {
        const string Path = "api/v1/namespaces/kube-system/configmaps";
        var start = (await api.GetAsync(Path)).Version;
        using var deadline = ApiFixture.Deadline();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}?watch=1&resourceVersion={start}");
        using var slow = await api.Server.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        var large = new string('x', 700 * 1024);
        for (var i = 0; i < 60; i++)
        {
            (await api.PutAsync($"{Path}/slow", ApiFixture.ConfigMap("slow", large + i)) is { Code: HttpStatusCode.NotFound }
                ? await api.PostAsync(Path, ApiFixture.ConfigMap("slow", large + i))
                : await api.GetAsync($"{Path}/slow")).Code.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Created);
        }

        using var reader = new StreamReader(await slow.Content.ReadAsStreamAsync(deadline.Token));
        var seen = 0;
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            JsonNode.Parse(line)!["type"]!.ToString().ShouldBeOneOf("ADDED", "MODIFIED");
            seen++;
        }

        seen.ShouldBeLessThan(60, "the watch ended before everything was sent; the client goes on from the last event");
    }

    private static string? Token(Answer answer) => answer.Body["metadata"]?["continue"]?.ToString();

    private async Task CompactAsync(string path)
    {
        await api.PostAsync(path, ApiFixture.ConfigMap("mark"));
        await api.MergeAsync($"{path}/mark", $$$"""{"data":{"key":"{{{Guid.NewGuid()}}}"} }""");
        using var deadline = ApiFixture.Deadline();
        var store = api.Server.Store;
        await store.CompactAsync(await store.GetRevisionAsync(deadline.Token), deadline.Token);
    }
}
