using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Tests.Rest;

[Trait("Category", "Integration")]
public sealed class ListAndWatchTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string TableType = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private const string PartialType = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    [Fact]
    public async Task Pages_of_a_list_are_true_for_one_revision()
    {
        var path = await NamespaceAsync("pages");
        for (var i = 0; i < 5; i++)
        {
            await api.PostAsync(path, ApiFixture.ConfigMap($"page-{i}"));
        }

        var first = await api.GetAsync(path + "?limit=2");
        await api.PostAsync(path, ApiFixture.ConfigMap("page-9"));
        var token = first.Body["metadata"]!["continue"]!.ToString();
        var second = await api.GetAsync($"{path}?limit=10&continue={token}");

        first.Body["metadata"]!["remainingItemCount"]!.GetValue<long>().ShouldBe(3);
        second.Version.ShouldBe(first.Version);
        first.ItemNames.Concat(second.ItemNames).ShouldBe(["page-0", "page-1", "page-2", "page-3", "page-4"]);
    }

    [Theory]
    [InlineData("labelSelector=tier%3Dfront", "one")]
    [InlineData("labelSelector=tier%20in%20(front,back)", "one,two")]
    [InlineData("labelSelector=!tier", "three")]
    [InlineData("labelSelector=tier!%3Dfront", "three,two")]
    [InlineData("fieldSelector=metadata.name%3Dtwo", "two")]
    [InlineData("fieldSelector=metadata.name!%3Dtwo", "one,three")]
    public async Task Selectors_filter_lists(string query, string names)
    {
        var path = await NamespaceAsync("selected");
        await api.PostAsync(path, ApiFixture.ConfigMap("one", metadata: ""","labels":{"tier":"front"}"""));
        await api.PostAsync(path, ApiFixture.ConfigMap("two", metadata: ""","labels":{"tier":"back"}"""));
        await api.PostAsync(path, ApiFixture.ConfigMap("three"));

        string.Join(',', (await api.GetAsync($"{path}?{query}")).ItemNames).ShouldBe(names);
    }

    [Theory]
    [InlineData("labelSelector=a%20in%20(", 400)]
    [InlineData("fieldSelector=spec.nothing%3D1", 400)]
    [InlineData("resourceVersion=abc", 422)]
    [InlineData("resourceVersionMatch=Exact", 422)]
    [InlineData("sendInitialEvents=true", 422)]
    [InlineData("continue=nonsense", 400)]
    public async Task Lists_with_bad_parameters_are_refused(string query, int code) =>
        ((int)(await api.GetAsync("api/v1/configmaps?" + query)).Code).ShouldBe(code);

    [Fact]
    public async Task Lists_as_tables_have_columns_and_cells()
    {
        var path = await NamespaceAsync("tables");
        await api.PostAsync(path, ApiFixture.ConfigMap("row"));

        var table = await api.GetAsync(path, TableType);

        table.Body["kind"]!.ToString().ShouldBe("Table");
        table.Body["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.ToString()).ShouldBe(["Name", "Data", "Age"]);
        var row = table.Body["rows"]![0]!;
        row["cells"]![0]!.ToString().ShouldBe("row");
        row["cells"]![1]!.GetValue<int>().ShouldBe(1);
        row["object"]!["kind"]!.ToString().ShouldBe("PartialObjectMetadata");
    }

    [Fact]
    public async Task Lists_of_metadata_leave_out_the_rest()
    {
        var path = await NamespaceAsync("partial");
        await api.PostAsync(path, ApiFixture.ConfigMap("bare"));

        var list = await api.GetAsync(path, PartialType);

        list.Body["kind"]!.ToString().ShouldBe("PartialObjectMetadataList");
        list.Body["items"]![0]!["metadata"]!["name"]!.ToString().ShouldBe("bare");
        list.Body["items"]![0]!["data"].ShouldBeNull();
    }

    [Fact]
    public async Task Accept_of_nothing_served_is_not_acceptable()
    {
        var answer = await api.GetAsync("api/v1/configmaps", "text/html");

        answer.Code.ShouldBe(HttpStatusCode.NotAcceptable);
        answer.Body["kind"]!.ToString().ShouldBe("Status");
    }

    [Fact]
    public async Task Watch_from_a_version_sees_every_later_change_in_order()
    {
        var path = await NamespaceAsync("watched");
        var start = (await api.GetAsync(path)).Version;
        await using var watch = await WatchAsync($"{path}?watch=1&resourceVersion={start}");

        await api.PostAsync(path, ApiFixture.ConfigMap("w"));
        await api.MergeAsync($"{path}/w", """{"data":{"key":"2"}}""");
        await api.DeleteAsync($"{path}/w");

        var events = await watch.ReadAsync(3);
        events.Select(e => e["type"]!.ToString()).ShouldBe(["ADDED", "MODIFIED", "DELETED"]);
        var versions = events.Select(e => long.Parse(e["object"]!["metadata"]!["resourceVersion"]!.ToString())).ToList();
        versions.ShouldBe(versions.Order());
        versions.Distinct().Count().ShouldBe(3);
        events[2]["object"]!["data"]!["key"]!.ToString().ShouldBe("2");
    }

    [Fact]
    public async Task Watch_with_a_selector_sees_objects_enter_and_leave()
    {
        var path = await NamespaceAsync("filtered");
        var start = (await api.GetAsync(path)).Version;
        await using var watch = await WatchAsync($"{path}?watch=1&resourceVersion={start}&labelSelector=on%3Dyes");

        await api.PostAsync(path, ApiFixture.ConfigMap("f"));
        await api.MergeAsync($"{path}/f", """{"metadata":{"labels":{"on":"yes"}}}""");
        await api.MergeAsync($"{path}/f", """{"metadata":{"labels":{"on":"no"}}}""");

        var events = await watch.ReadAsync(2);
        events.Select(e => e["type"]!.ToString()).ShouldBe(["ADDED", "DELETED"]);
        events[1]["object"]!["metadata"]!["labels"]!["on"]!.ToString().ShouldBe("yes");
    }

    [Theory]
    [InlineData("application/json", "ConfigMap")]
    [InlineData("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "PartialObjectMetadata")]
    public async Task Watch_list_ends_the_initial_state_with_a_marked_bookmark(string accept, string kind)
    {
        var path = await NamespaceAsync("initial-" + kind.ToLowerInvariant());
        var created = await api.PostAsync(path, ApiFixture.ConfigMap("state"));
        await using var watch = await WatchAsync(
            $"{path}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", accept);

        var events = await watch.ReadAsync(2);

        events.Select(e => e["type"]!.ToString()).ShouldBe(["ADDED", "BOOKMARK"]);
        var bookmark = events[1]["object"]!;
        bookmark["kind"]!.ToString().ShouldBe(kind);
        bookmark["metadata"]!["annotations"]!["k8s.io/initial-events-end"]!.ToString().ShouldBe("true");
        long.Parse(bookmark["metadata"]!["resourceVersion"]!.ToString()).ShouldBeGreaterThanOrEqualTo(long.Parse(created.Version));
    }

    [Fact]
    public async Task Watch_from_before_history_gets_an_expired_event()
    {
        var path = await NamespaceAsync("compacted");
        await api.PostAsync(path, ApiFixture.ConfigMap("old"));
        using var deadline = ApiFixture.Deadline();
        await api.Server.Store.CompactAsync(await api.Server.Store.GetRevisionAsync(deadline.Token), deadline.Token);
        await using var watch = await WatchAsync($"{path}?watch=1&resourceVersion=1");

        var last = (await watch.ReadAsync(1))[0];

        last["type"]!.ToString().ShouldBe("ERROR");
        last["object"]!["code"]!.GetValue<int>().ShouldBe(410);
        last["object"]!["reason"]!.ToString().ShouldBe("Expired");
    }

    [Fact]
    public async Task Watch_ends_when_its_time_is_up_with_a_last_bookmark()
    {
        var path = await NamespaceAsync("timed");
        await using var watch = await WatchAsync($"{path}?watch=1&timeoutSeconds=1&allowWatchBookmarks=true");

        var events = await watch.ReadAllAsync();

        events.ShouldHaveSingleItem()["type"]!.ToString().ShouldBe("BOOKMARK");
    }

    [Fact]
    public async Task Watch_over_a_WebSocket_sends_each_event_as_a_message_and_closes_when_its_time_is_up()
    {
        var path = await NamespaceAsync("by-socket");
        var start = (await api.GetAsync(path)).Version;
        await api.PostAsync(path, ApiFixture.ConfigMap("w"));
        await api.MergeAsync($"{path}/w", """{"data":{"key":"2"}}""");
        using var deadline = ApiFixture.Deadline();
        using var socket = await ConnectAsync($"{path}?watch=1&resourceVersion={start}&timeoutSeconds=1&allowWatchBookmarks=true");

        var types = new List<string>();
        while (await ReceiveAsync(socket, deadline.Token) is { } change)
        {
            types.Add($"{change["type"]} {change["object"]!["metadata"]!["name"]}".Trim());
        }

        types.ShouldBe(["ADDED w", "MODIFIED w", "BOOKMARK"]);
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task Watch_over_a_WebSocket_ends_when_the_client_leaves()
    {
        var path = await NamespaceAsync("left-socket");
        using var deadline = ApiFixture.Deadline();
        using var socket = await ConnectAsync($"{path}?watch=1");
        await api.PostAsync(path, ApiFixture.ConfigMap("w"));
        (await ReceiveAsync(socket, deadline.Token))!["type"]!.ToString().ShouldBe("ADDED");

        // Done when the server has closed its side too.
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);

        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task Watch_over_a_WebSocket_without_a_handshake_is_refused()
    {
        var path = await NamespaceAsync("no-handshake");
        using var deadline = ApiFixture.Deadline();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?watch=1");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));

        using var response = await api.Server.Client.SendAsync(request, deadline.Token);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync(deadline.Token)).ShouldContain("the WebSocket handshake is faulty");
    }

    private async Task<ClientWebSocket> ConnectAsync(string path)
    {
        using var deadline = ApiFixture.Deadline();
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("any.protocol");
        await socket.ConnectAsync(new Uri($"ws://{api.Server.Address.Authority}/{path}"), deadline.Token);
        return socket;
    }

    /// <summary>The next message; null when the server has closed.</summary>
    private static async Task<JsonObject?> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
        }
        while (!part.EndOfMessage);

        return part.MessageType == WebSocketMessageType.Close ? null : (JsonObject)JsonNode.Parse(buffer.AsSpan(0, length))!;
    }

    private async Task<string> NamespaceAsync(string name)
    {
        await api.PostAsync("api/v1/namespaces", $$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{name}}}"}}""");
        return $"api/v1/namespaces/{name}/configmaps";
    }

    private async Task<WatchReader> WatchAsync(string path, string accept = "application/json")
    {
        var deadline = ApiFixture.Deadline();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await api.Server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return new WatchReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token)), deadline);
    }

    private sealed class WatchReader(HttpResponseMessage response, StreamReader reader, CancellationTokenSource deadline)
        : IAsyncDisposable
    {
        public async Task<List<JsonObject>> ReadAsync(int count)
        {
            var events = new List<JsonObject>();
            while (events.Count < count && await reader.ReadLineAsync(deadline.Token) is { } line)
            {
                events.Add((JsonObject)JsonNode.Parse(line)!);
            }

            return events;
        }

        public Task<List<JsonObject>> ReadAllAsync() => ReadAsync(int.MaxValue);

        public async ValueTask DisposeAsync()
        {
            await deadline.CancelAsync();
            reader.Dispose();
            response.Dispose();
            deadline.Dispose();
        }
    }
}
