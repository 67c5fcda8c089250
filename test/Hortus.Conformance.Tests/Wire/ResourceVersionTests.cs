using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Wire;

/// <summary>What <c>resourceVersion</c> and <c>resourceVersionMatch</c> mean to gets and lists, row by row.</summary>
[Trait("Category", "RealParts")]
public sealed class ResourceVersionTests(Server server) : WireTests(server)
{
    [Fact]
    public async Task Get_takes_any_version_that_the_server_has_reached()
    {
        var version = (await CreateAsync("one")).Version;
        foreach (var query in new[] { "", "?resourceVersion=0", $"?resourceVersion={version}" })
        {
            var read = await Api.GetAsync($"{Path}/one{query}");
            read.Code.ShouldBe(200, query);
            read.Version.ShouldBe(version, query);
        }
    }

    [Fact]
    public async Task Lists_are_newest_or_exact_as_the_parameters_say()
    {
        await CreateAsync("a");
        var old = (await Api.GetAsync(Path + Mine)).Version;
        await CreateAsync("b");
        (string Query, string Names)[] rows =
        [
            ("", "a b"),
            ("&resourceVersion=0", "a b"),
            ($"&resourceVersion={old}", "a b"),
            ("&limit=10", "a b"),
            ("&limit=10&resourceVersion=0", "a b"),
            ($"&limit=10&resourceVersion={old}", "a"),
            ("&resourceVersionMatch=NotOlderThan&resourceVersion=0", "a b"),
            ($"&resourceVersionMatch=NotOlderThan&resourceVersion={old}", "a b"),
            ($"&limit=10&resourceVersionMatch=NotOlderThan&resourceVersion={old}", "a b"),
            ($"&resourceVersionMatch=Exact&resourceVersion={old}", "a"),
            ($"&limit=10&resourceVersionMatch=Exact&resourceVersion={old}", "a"),
        ];
        foreach (var (query, names) in rows)
        {
            var list = await Api.GetAsync(Path + Mine + query);
            list.Code.ShouldBe(200, query);
            string.Join(' ', list.Names).ShouldBe(names, query);
            if (names == "a")
            {
                list.Version.ShouldBe(old, query);
            }
            else
            {
                long.Parse(list.Version).ShouldBeGreaterThan(long.Parse(old), query);
            }
        }
    }

    [Fact]
    public async Task Combinations_that_mean_nothing_are_refused()
    {
        await CreateAsync("a");
        await CreateAsync("b");
        var page = await Api.GetAsync(Path + Mine + "&limit=1");
        var version = page.Version;
        (string Query, int[] Codes)[] rows =
        [
            ("&resourceVersionMatch=NotOlderThan", [422]),
            ("&resourceVersionMatch=Exact", [422]),
            ("&resourceVersionMatch=Exact&resourceVersion=0", [422]),
            ($"&resourceVersionMatch=Newest&resourceVersion={version}", [422]),
            ($"&resourceVersionMatch=Exact&resourceVersion={version}&continue={page.Continue}", [422]),
            ($"&resourceVersion={version}&continue={page.Continue}", [400]),
            ("&resourceVersion=abc", [400, 422]),
            ("&resourceVersion=-1", [400, 422]),
            ("&resourceVersion=9223372036854775808", [400, 422]),
            ("&sendInitialEvents=true", [422]),
            ("&watch=1&sendInitialEvents=true", [422]),
            ("&watch=1&sendInitialEvents=true&resourceVersionMatch=Exact", [422]),
            ("&watch=1&resourceVersionMatch=NotOlderThan", [422]),
            ("&labelSelector=a%20in%20(", [400]),
            ("&fieldSelector=spec.colour%3Dred", [400]),
            ("&limit=x", [400]),
        ];
        foreach (var (query, codes) in rows)
        {
            var answer = await Api.GetAsync(Path + "?" + query.TrimStart('&'));
            codes.ShouldContain(answer.Code, $"{query}: {answer.Body.ToJsonString()}");
            answer.Body["kind"]!.ToString().ShouldBe("Status", query);
        }

        (await Api.GetAsync($"{Path}{Mine}&resourceVersion=0&continue={page.Continue}")).Names.ShouldBe(["b"]);
    }

    [Fact]
    public async Task Version_of_the_future_times_out_and_says_when_to_ask_again()
    {
        var future = (long.Parse((await Api.GetAsync(Path)).Version) + 1_000_000).ToString();
        var answers = await Task.WhenAll(
            Api.GetAsync($"{Path}?resourceVersion={future}"),
            Api.GetAsync($"{Path}/kube-root-ca.crt?resourceVersion={future}"),
            Api.GetAsync($"{Path}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&resourceVersion={future}"));
        foreach (var answer in answers)
        {
            answer.Code.ShouldBe(504);
            answer.Body["reason"]!.ToString().ShouldBe("Timeout");
            answer.Body["details"]!["causes"]![0]!["reason"]!.ToString().ShouldBe("ResourceVersionTooLarge");
            answer.Body["details"]!["retryAfterSeconds"]!.GetValue<int>().ShouldBe(1);
        }
    }

    [Fact]
    public async Task List_is_sorted_and_never_newer_than_its_data()
    {
        foreach (var name in new[] { "c", "a.b", "a", "b-1", "b" })
        {
            await CreateAsync(name);
        }

        var list = await Api.GetAsync(Path + Mine);
        list.Names.ShouldBe(["a", "a.b", "b", "b-1", "c"]);
        var all = await Api.GetAsync("/api/v1/configmaps");
        var keys = all.Body["items"]!.AsArray()
            .Select(i => $"{i!["metadata"]!["namespace"]}/{i["metadata"]!["name"]}").ToList();
        keys.ShouldBe(keys.Order(StringComparer.Ordinal));
        var newest = list.Body["items"]!.AsArray().Max(i => long.Parse(i!["metadata"]!["resourceVersion"]!.ToString()));
        long.Parse(list.Version).ShouldBeGreaterThanOrEqualTo(newest);
    }
}
