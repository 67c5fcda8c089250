using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Client.Tests;

public sealed class KubernetesClientTests : IDisposable
{
    private readonly ScriptedHandler server = new();
    private readonly KubernetesClient client;

    public KubernetesClientTests() => client = new KubernetesClient(
        server,
        new ClientConnection { Server = new Uri("https://api.local/prefix"), Token = "t0ken" },
        new ClientOptions { UserAgent = "hortus-test", PageSize = 2 });

    private static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task A_read_goes_to_the_kinds_path_with_token_and_name_of_the_component()
    {
        server.Answer("""{"metadata":{"name":"x","namespace":"garden"},"spec":{"holderIdentity":"me"}}""");

        var lease = await client.GetAsync<Lease>(new ObjectKey("garden", "x"), Deadline);

        lease.Spec.HolderIdentity.ShouldBe("me");
        var request = server.Requests.ShouldHaveSingleItem();
        request.Path.ShouldBe("/prefix/apis/coordination.k8s.io/v1/namespaces/garden/leases/x");
        request.Authorization.ShouldBe("Bearer t0ken");
        request.UserAgent.ShouldBe("hortus-test");
    }

    [Fact]
    public async Task A_connection_that_is_not_made_in_time_is_a_failure_and_no_cancellation()
    {
        server.Fail(new TaskCanceledException("the operation was canceled", new TimeoutException("no connection within 10 s")));

        var error = await Should.ThrowAsync<HttpRequestException>(client.GetAsync<Lease>(new ObjectKey("garden", "x"), Deadline));

        error.Message.ShouldEndWith("no connection to https://api.local/prefix/: no connection within 10 s");
    }

    [Fact]
    public async Task A_refusal_carries_the_servers_status()
    {
        server.Answer(HttpStatusCode.UnprocessableEntity, """
            {"kind":"Status","status":"Failure","message":"Lease x is invalid","reason":"Invalid","code":422,
             "details":{"causes":[{"field":"spec.leaseDurationSeconds","message":"must be positive"}]}}
            """);

        var error = await Should.ThrowAsync<ApiException>(
            () => client.CreateAsync(
                new Lease { Metadata = new ObjectMeta { Name = "x", Namespace = "garden" } }, Deadline));

        error.Reason.ShouldBe(StatusReason.Invalid);
        error.Status.Details!.Causes![0].Field.ShouldBe("spec.leaseDurationSeconds");
        error.Message.ShouldBe("POST /apis/coordination.k8s.io/v1/namespaces/garden/leases: Lease x is invalid");
    }

    [Fact]
    public async Task A_refusal_without_status_gets_the_reason_of_its_code()
    {
        server.Answer(HttpStatusCode.ServiceUnavailable, "upstream away", "text/plain");

        var error = await Should.ThrowAsync<ApiException>(
            () => client.GetAsync<Lease>(new ObjectKey("a", "b"), Deadline));

        (error.Code, error.Reason, error.Status.Message).ShouldBe(
            (503, StatusReason.ServiceUnavailable, "upstream away"));
    }

    [Fact]
    public async Task An_absent_object_is_null_for_find_and_a_success_for_delete()
    {
        const string notFound = """{"kind":"Status","reason":"NotFound","code":404,"message":"no such lease"}""";
        server.Answer(HttpStatusCode.NotFound, notFound).Answer(HttpStatusCode.NotFound, notFound);

        (await client.FindAsync<Lease>(new ObjectKey("garden", "x"), Deadline)).ShouldBeNull();
        await client.DeleteAsync<Lease>(
            new ObjectKey("garden", "x"), new DeleteOptions { PropagationPolicy = "Foreground", PreconditionUid = "u1" }, Deadline);

        var body = JsonNode.Parse(server.Requests[1].Body!)!;
        body["propagationPolicy"]!.GetValue<string>().ShouldBe("Foreground");
        body["preconditions"]!["uid"]!.GetValue<string>().ShouldBe("u1");
    }

    [Fact]
    public async Task A_list_reads_all_pages()
    {
        server.Answer("""{"metadata":{"resourceVersion":"7","continue":"c1"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}""")
            .Answer("""{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"c"}}]}""");

        var list = await client.ListAsync<Lease>(
            new ListOptions { Namespace = "garden", LabelSelector = "a in (b,c)" }, Deadline);

        list.Items.Select(i => i.Metadata.Name).ShouldBe(["a", "b", "c"]);
        list.Metadata.ResourceVersion.ShouldBe("7");
        server.Requests[0].Path.ShouldEndWith("leases?labelSelector=a%20in%20%28b%2Cc%29&limit=2");
        server.Requests[1].Path.ShouldEndWith("&limit=2&continue=c1");
    }

    [Fact]
    public async Task A_list_with_a_limit_reads_one_page()
    {
        server.Answer("""{"metadata":{"resourceVersion":"7","continue":"c1"},"items":[{"metadata":{"name":"a"}}]}""");

        var list = await client.ListAsync<Lease>(new ListOptions { Limit = 1 }, Deadline);

        list.Metadata.Continue.ShouldBe("c1");
    }

    [Fact]
    public async Task Apply_sends_what_is_wanted_without_what_the_server_owns()
    {
        server.Answer("""{"metadata":{"name":"x","namespace":"garden"}}""");
        var wanted = new Lease
        {
            Metadata = new ObjectMeta
            {
                Name = "x",
                Namespace = "garden",
                ResourceVersion = "5",
                Uid = "u",
                ManagedFields = [new ManagedFieldsEntry { Manager = "other" }],
            },
        };

        await client.ApplyAsync(wanted, "gardenlet", Deadline);

        var request = server.Requests[0];
        request.Method.ShouldBe("PATCH");
        request.Path.ShouldEndWith("/leases/x?fieldManager=gardenlet&force=true");
        request.ContentType.ShouldBe("application/apply-patch+yaml");
        var body = JsonNode.Parse(request.Body!)!.AsObject();
        body["metadata"]!.AsObject().Select(f => f.Key).ShouldBe(["name", "namespace"], ignoreOrder: true);
        body["apiVersion"]!.GetValue<string>().ShouldBe("coordination.k8s.io/v1");
        body["kind"]!.GetValue<string>().ShouldBe("Lease");
    }

    [Fact]
    public async Task Status_updates_go_to_the_status_subresource()
    {
        server.Answer("""{"metadata":{"name":"p","namespace":"garden"}}""");

        await client.UpdateStatusAsync(
            new Pod { Metadata = new ObjectMeta { Name = "p", Namespace = "garden" } }, Deadline);

        (server.Requests[0].Method, server.Requests[0].Path).ShouldBe(
            ("PUT", "/prefix/api/v1/namespaces/garden/pods/p/status"));
    }

    [Fact]
    public async Task A_namespaced_object_without_namespace_is_refused_before_it_is_sent()
    {
        var error = await Should.ThrowAsync<ArgumentException>(
            () => client.GetAsync<Lease>(ObjectKey.Cluster("x"), Deadline));

        error.Message.ShouldContain("Lease x needs a namespace");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_read_on_a_dead_connection_is_sent_again_once_and_a_write_is_not()
    {
        var dead = new HttpRequestException(HttpRequestError.ResponseEnded, "connection is dead");
        server.Fail(dead).Answer("""{"metadata":{"name":"x"}}""").Fail(dead);

        await client.GetAsync<Lease>(new ObjectKey("garden", "x"), Deadline);
        await Should.ThrowAsync<HttpRequestException>(
            () => client.CreateAsync(
                new Lease { Metadata = new ObjectMeta { Namespace = "garden", Name = "x" } }, Deadline));

        server.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_watch_is_read_line_by_line_however_it_is_cut()
    {
        var lines = """
            {"type":"ADDED","object":{"metadata":{"name":"ä","resourceVersion":"1"}}}
            {"type":"MODIFIED","object":{"metadata":{"name":"ä","resourceVersion":"2"}}}

            {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}
            {"type":"DELETED","object":{"metadata":{"name":"ä","resourceVersion":"10"}}}
            """;
        var pipe = new Pipe();
        server.Stream(pipe.Reader.AsStream());
        var writing = Task.Run(async () =>
        {
            foreach (var one in Encoding.UTF8.GetBytes(lines))
            {
                await pipe.Writer.WriteAsync(new[] { one });
            }

            await pipe.Writer.CompleteAsync();
        });

        var events = new List<WatchEvent<Lease>>();
        await foreach (var change in client.WatchAsync<Lease>(
            new WatchOptions { ResourceVersion = "0", Timeout = TimeSpan.FromSeconds(90) }, Deadline))
        {
            events.Add(change);
        }

        await writing;
        events.Select(e => (e.Type, e.Object.Metadata.ResourceVersion)).ShouldBe(
        [
            (WatchEventType.Added, "1"), (WatchEventType.Modified, "2"), (WatchEventType.Bookmark, "9"),
            (WatchEventType.Deleted, "10"),
        ]);
        events[0].Object.Metadata.Name.ShouldBe("ä");
        server.Requests[0].Path.ShouldEndWith(
            "/leases?watch=true&resourceVersion=0&allowWatchBookmarks=true&timeoutSeconds=90");
    }

    [Fact]
    public async Task An_error_event_is_the_servers_status()
    {
        server.Answer("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}""");

        var error = await Should.ThrowAsync<ApiException>(
            () => DrainAsync(client.WatchAsync<Lease>(new WatchOptions(), Deadline)));

        error.IsExpired.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"type":"ADDED","object":{"metadata":""")]
    [InlineData("""{"type":"UNHEARD","object":{}}""")]
    [InlineData("[]")]
    public async Task A_broken_event_is_a_failed_request(string line)
    {
        server.Answer(line);

        await Should.ThrowAsync<HttpRequestException>(
            () => DrainAsync(client.WatchAsync<Lease>(new WatchOptions(), Deadline)));
    }

    [Fact]
    public async Task Unknown_kinds_keep_their_whole_object()
    {
        var kind = new ResourceKind { Group = "example.org", Version = "v1", Kind = "Thing", Plural = "things" };
        server.Answer("""{"metadata":{"resourceVersion":"3"},"items":[{"metadata":{"name":"a"},"spec":{"deep":[1]}}]}""")
            .Answer("""{"type":"ADDED","object":{"apiVersion":"example.org/v1","kind":"Thing","metadata":{"name":"a","namespace":"n"},"spec":1}}""");

        var (items, version) = await client.Dynamic.ListAsync(kind, ListOptions.All, Deadline);
        var changes = new List<DynamicObject>();
        await foreach (var change in client.Dynamic.WatchAsync(kind, new WatchOptions(), Deadline))
        {
            changes.Add(change.Object);
        }

        version.ShouldBe("3");
        items[0].ToJsonString().ShouldBe(
            """{"metadata":{"name":"a"},"spec":{"deep":[1]},"apiVersion":"example.org/v1","kind":"Thing"}""");
        changes[0].Key.ShouldBe(new ObjectKey("n", "a"));
        changes[0].Json["spec"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task Discovery_joins_groups_and_passes_over_broken_ones()
    {
        server.Answer("""{"versions":["v1"]}""")
            .Answer("""{"groups":[{"name":"apps","versions":[{"groupVersion":"apps/v1"}]},{"name":"x","versions":[{"groupVersion":"x/v1"}]}]}""")
            .Answer("""{"resources":[{"name":"pods","kind":"Pod","namespaced":true,"shortNames":["po"]},{"name":"pods/status","kind":"Pod"}]}""")
            .Answer("""{"resources":[{"name":"deployments","kind":"Deployment","namespaced":true}]}""")
            .Answer(HttpStatusCode.ServiceUnavailable, "");

        var kinds = await client.Dynamic.DiscoverAsync(Deadline);

        kinds.Select(k => (k.GroupResource, k.HasStatus)).ShouldBe([("pods", true), ("deployments.apps", false)]);
    }

    [Fact]
    public async Task A_rotated_token_file_is_read_again_when_the_server_refuses_the_old_token()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, "old\n");
        try
        {
            using var handler = new ScriptedHandler();
            using var byFile = new KubernetesClient(
                handler,
                new ClientConnection { Server = new Uri("https://api.local"), TokenFile = path },
                new ClientOptions { UserAgent = "t" });
            handler.Answer("{}").Answer(HttpStatusCode.Unauthorized, "{}").Answer("{}");

            await byFile.GetAsync<Lease>(new ObjectKey("a", "b"), Deadline);
            await File.WriteAllTextAsync(path, "new\n");
            await byFile.GetAsync<Lease>(new ObjectKey("a", "b"), Deadline);

            handler.Requests.Select(r => r.Authorization).ShouldBe(["Bearer old", "Bearer old", "Bearer new"]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task DrainAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var _ in items)
        {
        }
    }
}
