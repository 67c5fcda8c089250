using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Wire;

/// <summary>What watches send, event by event.</summary>
[Trait("Category", "RealParts")]
public sealed class WatchWireTests(Server server) : WireTests(server)
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private const string Partial = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
    private const string Streamed = "&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    public async Task Watch_without_a_version_sends_the_state_and_goes_on(string query)
    {
        await CreateAsync("a");
        await CreateAsync("b");
        using var watch = await Api.WatchAsync(Path + Mine + query);
        (await watch.NextNameAsync()).ShouldBe("ADDED a");
        (await watch.NextNameAsync()).ShouldBe("ADDED b");
        await CreateAsync("c");
        (await watch.NextNameAsync()).ShouldBe("ADDED c");
    }

    [Fact]
    public async Task Watch_from_a_version_sends_later_events_only_and_deletion_has_a_version_of_its_own()
    {
        await CreateAsync("a");
        var from = (await CreateAsync("b")).Version;
        using var watch = await Api.WatchAsync($"{Path}{Mine}&resourceVersion={from}");
        await Api.PatchAsync($"{Path}/a", """{"data":{"key":"2"}}""");
        await Api.DeleteAsync($"{Path}/a");

        var changed = await watch.NextAsync();
        var deleted = await watch.NextAsync();

        changed["type"]!.ToString().ShouldBe("MODIFIED");
        deleted["type"]!.ToString().ShouldBe("DELETED");
        deleted["object"]!["data"]!["key"]!.ToString().ShouldBe("2");
        Version(deleted).ShouldBeGreaterThan(Version(changed));
    }

    [Fact]
    public async Task Selected_objects_enter_as_added_and_leave_as_deleted_with_their_last_selected_state()
    {
        var from = (await CreateAsync("a")).Version;
        using var labelled = await Api.WatchAsync($"{Path}?labelSelector=on&resourceVersion={from}");
        using var named = await Api.WatchAsync($"{Path}?fieldSelector=metadata.name%3Db&resourceVersion={from}");
        await Api.PatchAsync($"{Path}/a", """{"metadata":{"labels":{"on":"x"}}}""");
        await Api.PatchAsync($"{Path}/a", """{"data":{"key":"2"}}""");
        var left = await Api.PatchAsync($"{Path}/a", """{"metadata":{"labels":{"on":null}}}""");
        await CreateAsync("b");

        (await labelled.NextNameAsync()).ShouldBe("ADDED a");
        (await labelled.NextNameAsync()).ShouldBe("MODIFIED a");
        var gone = await labelled.NextAsync();
        gone["type"]!.ToString().ShouldBe("DELETED");
        gone["object"]!["metadata"]!["labels"]!["on"]!.ToString().ShouldBe("x");
        gone["object"]!["metadata"]!["resourceVersion"]!.ToString().ShouldBe(left.Version);
        (await named.NextNameAsync()).ShouldBe("ADDED b");
    }

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    [InlineData("&resourceVersion=N")]
    public async Task Streamed_list_has_exactly_one_marked_bookmark_between_state_and_events(string version)
    {
        await CreateAsync("a");
        var newest = (await CreateAsync("b")).Version;
        var query = Mine + Streamed + version.Replace("N", newest, StringComparison.Ordinal) + "&timeoutSeconds=2";
        using var watch = await Api.WatchAsync(Path + query);

        (await watch.NextNameAsync()).ShouldBe("ADDED a");
        (await watch.NextNameAsync()).ShouldBe("ADDED b");
        var bookmark = await watch.NextAsync();
        bookmark["type"]!.ToString().ShouldBe("BOOKMARK");
        bookmark["object"]!["kind"]!.ToString().ShouldBe("ConfigMap");
        IsMarked(bookmark).ShouldBeTrue();
        Version(bookmark).ShouldBeGreaterThanOrEqualTo(long.Parse(newest));

        await CreateAsync("c");
        (await watch.NextNameAsync()).ShouldBe("ADDED c");
        var last = await watch.NextAsync();
        last["type"]!.ToString().ShouldBe("BOOKMARK");
        IsMarked(last).ShouldBeFalse();
        (await watch.HasEndedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Streamed_list_of_nothing_is_one_bookmark()
    {
        using var watch = await Api.WatchAsync(Path + "?labelSelector=nobody" + Streamed);
        IsMarked(await watch.NextAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Initial_events_can_be_declined()
    {
        await CreateAsync("a");
        using var watch = await Api.WatchAsync(
            Path + Mine + "&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        await CreateAsync("b");
        (await watch.NextNameAsync()).ShouldBe("ADDED b");
    }

    [Fact]
    public async Task Bookmarks_are_sent_only_to_those_who_ask()
    {
        await CreateAsync("a");
        using var without = await Api.WatchAsync(Path + Mine + "&timeoutSeconds=1");
        using var with = await Api.WatchAsync(Path + Mine + "&timeoutSeconds=1&allowWatchBookmarks=true");

        (await without.NextNameAsync()).ShouldBe("ADDED a");
        (await without.HasEndedAsync()).ShouldBeTrue();
        (await with.NextNameAsync()).ShouldBe("ADDED a");
        var bookmark = (JsonObject)(await with.NextAsync())["object"]!;
        bookmark.Select(f => f.Key).Order().ShouldBe(["apiVersion", "kind", "metadata"]);
        ((JsonObject)bookmark["metadata"]!).Where(f => f.Value is not null).Select(f => f.Key).ShouldBe(["resourceVersion"]);
    }

    [Fact]
    public async Task Tables_have_their_columns_in_the_first_event_only()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        using var watch = await Api.WatchAsync(Path + Mine + Streamed, Table);

        var first = await watch.NextAsync();
        first["object"]!["kind"]!.ToString().ShouldBe("Table");
        first["object"]!["columnDefinitions"]!.AsArray().Count.ShouldBe(3);
        first["object"]!["rows"]![0]!["cells"]![0]!.ToString().ShouldBe("a");
        var second = await watch.NextAsync();
        (second["object"]!["columnDefinitions"] as JsonArray ?? []).ShouldBeEmpty();
        second["object"]!["rows"]![0]!["object"]!["kind"]!.ToString().ShouldBe("PartialObjectMetadata");
        var bookmark = await watch.NextAsync();
        bookmark["object"]!["kind"]!.ToString().ShouldBe("Table");
        bookmark["object"]!["rows"]![0]!["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!
            .ToString().ShouldBe("true");
    }

    [Fact]
    public async Task Metadata_is_watched_without_the_rest()
    {
        await CreateAsync("a");
        using var watch = await Api.WatchAsync(Path + Mine + Streamed, Partial);
        var added = (JsonObject)(await watch.NextAsync())["object"]!;
        added["kind"]!.ToString().ShouldBe("PartialObjectMetadata");
        added.ContainsKey("data").ShouldBeFalse();
        var bookmark = await watch.NextAsync();
        bookmark["object"]!["kind"]!.ToString().ShouldBe("PartialObjectMetadata");
        IsMarked(bookmark).ShouldBeTrue();
    }

    [Fact]
    public async Task Watches_of_one_resource_see_the_same_order()
    {
        var from = (await CreateAsync("start")).Version;
        var watches = new List<WireWatch>();
        for (var i = 0; i < 5; i++)
        {
            watches.Add(await Api.WatchAsync($"{Path}{Mine}&resourceVersion={from}"));
        }

        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => CreateAsync($"c{i}")));
        var seen = new List<string>();
        foreach (var watch in watches)
        {
            using (watch)
            {
                var names = new List<string>();
                for (var i = 0; i < 30; i++)
                {
                    names.Add(await watch.NextNameAsync());
                }

                seen.Add(string.Join(',', names));
            }
        }

        seen.Distinct().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Watch_by_the_old_path_and_of_one_name_works()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        using var old = await Api.WatchAsync($"/api/v1/watch/namespaces/{Namespace}/configmaps/b");
        (await old.NextNameAsync()).ShouldBe("ADDED b");
        using var one = await Api.WatchAsync($"{Path}?fieldSelector=metadata.name%3Da");
        (await one.NextNameAsync()).ShouldBe("ADDED a");
    }

    private static bool IsMarked(JsonObject bookmark) =>
        bookmark["type"]!.ToString() == "BOOKMARK"
            && bookmark["object"]!["metadata"]!["annotations"]?["k8s.io/initial-events-end"]?.ToString() == "true";

    private static long Version(JsonObject change) => long.Parse(change["object"]!["metadata"]!["resourceVersion"]!.ToString());
}
