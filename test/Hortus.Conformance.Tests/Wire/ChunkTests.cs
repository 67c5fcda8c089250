using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Wire;

/// <summary>Lists in pages.</summary>
[Trait("Category", "RealParts")]
public sealed class ChunkTests(Server server) : WireTests(server)
{
    [Fact]
    public async Task Pages_are_of_one_version_and_name_what_remains()
    {
        await CreateManyAsync(7);
        var first = await Api.GetAsync(Path + "?limit=3");
        await CreateAsync("a-late");
        await Api.DeleteAsync(Path + "/c5");

        var names = new List<string>(first.Names);
        var token = first.Continue;
        long.Parse(first.Body["metadata"]!["remainingItemCount"]!.ToString()).ShouldBeGreaterThanOrEqualTo(4);
        while (token is { Length: > 0 })
        {
            var page = await Api.GetAsync($"{Path}?limit=3&continue={token}");
            page.Code.ShouldBe(200, page.Body.ToJsonString());
            page.Version.ShouldBe(first.Version);
            names.AddRange(page.Names);
            token = page.Continue;
        }

        names.Where(n => n != "kube-root-ca.crt").ShouldBe(["c0", "c1", "c2", "c3", "c4", "c5", "c6"]);
    }

    [Fact]
    public async Task Selected_pages_do_not_count_what_remains()
    {
        await CreateManyAsync(4);
        var page = await Api.GetAsync($"{Path}{Mine}&limit=2");
        page.Continue.ShouldNotBeNullOrEmpty();
        page.Body["metadata"]!["remainingItemCount"].ShouldBeNull();
        var names = new List<string>(page.Names);
        while (page.Continue is { Length: > 0 } token)
        {
            // Others may be behind the last that is selected, so the last page may be empty.
            page = await Api.GetAsync($"{Path}{Mine}&limit=2&continue={token}");
            names.AddRange(page.Names);
        }

        names.ShouldBe(["c0", "c1", "c2", "c3"]);
    }

    [Fact]
    public async Task Tokens_that_nobody_gave_are_refused()
    {
        foreach (var token in new[]
        {
            "nonsense", Token("""{"v":"meta.k8s.io/v2","rv":1,"start":"a"}"""),
            Token("""{"v":"meta.k8s.io/v1","rv":1,"start":"../../secrets/x"}"""), Token("""{"v":"meta.k8s.io/v1","start":"a"}"""),
        })
        {
            var answer = await Api.GetAsync($"{Path}?limit=2&continue={token}");
            answer.Code.ShouldBe(400, token);
            answer.Body["reason"]!.ToString().ShouldBe("BadRequest");
        }
    }

    [Fact]
    public async Task Collection_is_deleted_by_selector_and_lists_what_went()
    {
        await CreateManyAsync(5);
        await Api.PatchAsync($"{Path}/c4", """{"metadata":{"labels":{"made":"elsewhere"}}}""");
        var deleted = await Api.DeleteAsync(Path + Mine);
        deleted.Code.ShouldBe(200);
        deleted.Body["kind"]!.ToString().ShouldBe("ConfigMapList");
        deleted.Names.ShouldBe(["c0", "c1", "c2", "c3"]);
        (await Api.GetAsync($"{Path}/c4")).Code.ShouldBe(200);
        (await Api.DeleteAsync(Path + "?dryRun=All")).Code.ShouldBe(200);
        (await Api.GetAsync($"{Path}/c4")).Code.ShouldBe(200);
    }

    private static string Token(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(((JsonObject)JsonNode.Parse(json)!).ToJsonString()));

    private Task CreateManyAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(i => CreateAsync($"c{i}")));
}
