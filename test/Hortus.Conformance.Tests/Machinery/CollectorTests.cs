using System.Diagnostics;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Machinery;

/// <summary>What becomes of objects when their owners go.</summary>
[Trait("Category", "RealParts")]
public sealed class CollectorTests(Cluster cluster) : ClusterTests(cluster)
{
    private const int Many = 5000;
    private const int Writers = 16;
    private Running.Wire api = null!;

    private string Path => $"/api/v1/namespaces/{Namespace}/configmaps";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        api = new Running.Wire(Server.Http());
    }

    public override async Task DisposeAsync()
    {
        api.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Five_thousand_dependents_go_with_their_owner()
    {
        var owner = Owner("owner", await CreateAsync("owner"));
        await Parallel.ForAsync(0, Many, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (i, _) =>
            await CreateAsync($"d{i}", owner));

        var start = Stopwatch.GetTimestamp();
        await api.DeleteAsync($"{Path}/owner", """{"propagationPolicy":"Background"}""");
        await WaitForNamesAsync([]);

        // The goal is 5 s on a machine of its own; the tests share theirs.
        Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Foreground_deletion_keeps_the_owner_until_blocking_dependents_are_gone()
    {
        var from = (await CreateAsync("owner")).Version;
        var owner = Owner("owner", await api.GetAsync($"{Path}/owner"), blocks: true);
        await CreateAsync("one", owner);
        await CreateAsync("two", owner);
        using var watch = await api.WatchAsync($"{Path}?labelSelector=made&resourceVersion={from}");

        await api.DeleteAsync($"{Path}/owner", """{"propagationPolicy":"Foreground"}""");

        var deleted = new List<string>();
        while (deleted.Count < 3)
        {
            if (await watch.NextNameAsync() is var next && next.StartsWith("DELETED", StringComparison.Ordinal))
            {
                deleted.Add(next);
            }
        }

        deleted[2].ShouldBe("DELETED owner");
    }

    [Fact]
    public async Task Orphaned_dependents_stay_and_lose_their_owner()
    {
        await CreateAsync("child", Owner("owner", await CreateAsync("owner")));
        await api.DeleteAsync($"{Path}/owner", """{"propagationPolicy":"Orphan"}""");
        await WaitForNamesAsync(["child"]);
        (await api.GetAsync($"{Path}/child")).Body["metadata"]!["ownerReferences"].ShouldBeNull();
    }

    [Fact]
    public async Task Dependent_of_two_owners_stays_while_one_is_there()
    {
        var first = Owner("first", await CreateAsync("first"));
        var second = Owner("second", await CreateAsync("second"));
        await CreateAsync("shared", first + "," + second);
        await CreateAsync("own", first);
        await api.DeleteAsync($"{Path}/first", """{"propagationPolicy":"Background"}""");
        await WaitForNamesAsync(["second", "shared"]);
        await api.DeleteAsync($"{Path}/second");
        await WaitForNamesAsync([]);
    }

    [Fact]
    public async Task Circle_of_owners_is_collected_with_one_of_its_members()
    {
        var a = Owner("a", await CreateAsync("a"));
        var b = Owner("b", await CreateAsync("b", a));
        await api.PatchAsync($"{Path}/a", $$$"""{"metadata":{"ownerReferences":[{{{b}}}]} }""");
        await api.DeleteAsync($"{Path}/a", """{"propagationPolicy":"Foreground"}""");
        await WaitForNamesAsync([]);
    }

    [Fact]
    public async Task Owner_that_was_made_anew_does_not_keep_the_dependents_of_the_old_one()
    {
        var owner = Owner("owner", await CreateAsync("owner"));
        await CreateAsync("old", owner);
        await api.DeleteAsync($"{Path}/owner", """{"propagationPolicy":"Background"}""");
        var anew = Owner("owner", await CreateAsync("owner"));
        await CreateAsync("new", anew);
        await WaitForNamesAsync(["new", "owner"]);
    }

    private static string Owner(string name, WireAnswer created, bool blocks = false) => $$"""
        {"apiVersion":"v1","kind":"ConfigMap","name":"{{name}}","uid":"{{created.Body["metadata"]!["uid"]}}","blockOwnerDeletion":{{(blocks ? "true" : "false")}}}
        """;

    private async Task<WireAnswer> CreateAsync(string name, string owners = "")
    {
        var answer = await api.PostAsync(
            Path, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"made":"here"},"ownerReferences":[{{{owners}}}]} }""");
        answer.Code.ShouldBe(201, answer.Body.ToJsonString());
        return answer;
    }

    private Task<string> WaitForNamesAsync(string[] names) => Cluster.WaitAsync(
        async () => (await api.GetAsync(Path + "?labelSelector=made")).Names.SequenceEqual(names) ? "" : null,
        $"{Namespace} has left: {string.Join(' ', names)}");
}
