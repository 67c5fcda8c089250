using System.Net;
using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>What client-go relies on below kubectl: streamed lists, versions that are too old or too new.</summary>
[Trait("Category", "RealParts")]
public sealed class WatchTests(Server server) : NamespacedTests(server)
{
    private static readonly string Selection = "fieldSelector=" + Uri.EscapeDataString(Made);

    private string Path => $"api/v1/namespaces/{Namespace}/configmaps";

    [Fact]
    public async Task Streamed_list_ends_with_its_bookmark_and_goes_on()
    {
        (await KubectlAsync("create configmap one")).Succeeds();
        (await KubectlAsync("create configmap two")).Succeeds();
        using var http = Server.Http();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var stream = await http.GetStreamAsync(
            Path + "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&" + Selection, deadline.Token);
        using var reader = new StreamReader(stream);

        (await NextAsync(reader, deadline.Token)).ShouldBe(("ADDED", "one", false));
        (await NextAsync(reader, deadline.Token)).ShouldBe(("ADDED", "two", false));
        (await NextAsync(reader, deadline.Token)).ShouldBe(("BOOKMARK", "", true));
        (await KubectlAsync("delete configmap one")).Succeeds();
        (await NextAsync(reader, deadline.Token)).ShouldBe(("DELETED", "one", false));
    }

    [Fact]
    public async Task Watch_from_a_version_tells_what_happened_since()
    {
        (await KubectlAsync("create configmap one")).Succeeds();
        var version = await FieldAsync("configmap/one", ".metadata.resourceVersion");
        (await KubectlAsync("create configmap two")).Succeeds();
        using var http = Server.Http();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var stream = await http.GetStreamAsync($"{Path}?watch=true&resourceVersion={version}&{Selection}", deadline.Token);
        using var reader = new StreamReader(stream);

        (await NextAsync(reader, deadline.Token)).ShouldBe(("ADDED", "two", false));
    }

    [Fact]
    public async Task Versions_that_were_never_and_tokens_that_nobody_gave_are_refused()
    {
        using var http = Server.Http();
        using var future = await http.GetAsync($"{Path}?resourceVersion=99999999&resourceVersionMatch=NotOlderThan");
        future.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        (await future.Content.ReadAsStringAsync()).ShouldContain("Too large resource version");
        using var nonsense = await http.GetAsync($"{Path}?continue=nonsense");
        nonsense.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var words = await http.GetAsync($"{Path}?watch=true&resourceVersion=words");
        words.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    private static async Task<(string Type, string Name, bool EndsInitial)> NextAsync(
        StreamReader reader, CancellationToken cancellationToken)
    {
        var line = JsonNode.Parse((await reader.ReadLineAsync(cancellationToken))!)!;
        var metadata = line["object"]!["metadata"]!;
        return (
            line["type"]!.GetValue<string>(),
            metadata["name"]?.GetValue<string>() ?? "",
            metadata["annotations"]?["k8s.io/initial-events-end"]?.GetValue<string>() == "true");
    }
}
