using System.Net;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Client.Tests;

public sealed class CallObserverTests : IDisposable
{
    private static readonly ObjectKey Key = new("a", "b");

    private readonly ScriptedHandler server = new();
    private readonly Notes notes = new();
    private readonly KubernetesClient client;

    public CallObserverTests() => client = new KubernetesClient(
        server,
        new ClientConnection { Server = new Uri("https://api.local") },
        new ClientOptions { UserAgent = "hortus-test", Observer = notes });

    private static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    [Fact]
    public async Task A_server_that_nobody_reaches_is_named_with_the_failure_that_the_caller_gets()
    {
        server.Fail(new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused"));
        server.Fail(new TaskCanceledException("the operation was canceled", new TimeoutException("no connection within 10 s")));

        var refused = await Should.ThrowAsync<HttpRequestException>(client.GetAsync<Lease>(Key, Deadline));
        var late = await Should.ThrowAsync<HttpRequestException>(client.GetAsync<Lease>(Key, Deadline));

        notes.Heard.ShouldBe(["failed https://api.local/", "failed https://api.local/"]);
        notes.Failures.ShouldBe([refused, late]);
    }

    [Fact]
    public async Task A_read_that_gets_through_at_the_second_try_is_an_answer()
    {
        server.Fail(new HttpRequestException(HttpRequestError.ResponseEnded, "connection is dead")).Answer("""{"metadata":{"name":"b"}}""");

        await client.GetAsync<Lease>(Key, Deadline);

        notes.Heard.ShouldBe(["answered https://api.local/ apis/coordination.k8s.io/v1/namespaces/a/leases/b"]);
    }

    [Fact]
    public async Task A_refusal_is_an_answer()
    {
        server.Answer(HttpStatusCode.NotFound, "{}");

        await client.FindAsync<Lease>(Key, Deadline);

        notes.Heard.ShouldHaveSingleItem().ShouldStartWith("answered");
    }

    [Fact]
    public async Task Kinds_that_a_server_cannot_serve_now_are_named_by_their_group()
    {
        server.Answer(HttpStatusCode.ServiceUnavailable, "nobody is behind", "text/plain");
        server.Answer(HttpStatusCode.ServiceUnavailable, "the store is away", "text/plain");

        var group = await Should.ThrowAsync<ApiException>(client.GetAsync<Shoot>(Key, Deadline));
        await Should.ThrowAsync<ApiException>(client.GetAsync<Pod>(Key, Deadline));

        notes.Heard.ShouldBe(
        [
            "answered https://api.local/ ", "failed https://api.local/apis/core.gardener.cloud/",
            "answered https://api.local/ ", "failed https://api.local/api/",
        ]);
        notes.Failures[0].ShouldBe(group);
    }

    [Fact]
    public async Task A_check_that_says_no_is_an_answer()
    {
        server.Answer(HttpStatusCode.ServiceUnavailable, "not ready", "text/plain");

        await Should.ThrowAsync<ApiException>(client.GetTextAsync("/readyz", Deadline));

        notes.Heard.ShouldBe(["answered https://api.local/ readyz"]);
    }

    private sealed class Notes : ICallObserver
    {
        public List<string> Heard { get; } = [];

        public List<Exception> Failures { get; } = [];

        public void Failed(Uri place, Exception failure)
        {
            Heard.Add($"failed {place}");
            Failures.Add(failure);
        }

        public void Answered(Uri server, string path) => Heard.Add($"answered {server} {path}");
    }
}
