using System.Net;
using System.Text;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Hosting;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ApiServer.Tests.Edge;

[Trait("Category", "Integration")]
public sealed class RequestLimitTests : IDisposable
{
    private const string Token = "token-of-someone";
    private const string Maps = "api/v1/namespaces/default/configmaps";
    private static readonly UserInfo Someone = new("someone", ["system:authenticated"]);
    private static readonly UserInfo Master = new("admin", [UserInfo.MastersGroup]);

    private readonly string tokens = Path.GetTempFileName();

    public RequestLimitTests() => File.WriteAllText(tokens, $"{Token},{Someone.Name},1\n");

    public void Dispose() => File.Delete(tokens);

    [Fact]
    public void Beyond_the_limit_requests_are_turned_away_until_one_ends()
    {
        var limit = new InFlightLimit(readOnlyMax: 1, mutatingMax: 2);
        limit.Enter(Someone, isMutating: false);
        limit.Enter(Someone, isMutating: true);
        limit.Enter(Someone, isMutating: true);

        var refusal = Should.Throw<ApiStatusException>(() => limit.Enter(Someone, isMutating: true));
        refusal.Code.ShouldBe(429);
        refusal.Status.Details!.RetryAfterSeconds.ShouldBe(1);
        limit.Current.ShouldBe((2, 1));

        limit.Enter(Master, isMutating: true);
        limit.Leave(isMutating: true);
        limit.Leave(isMutating: true);
        limit.Enter(Someone, isMutating: true);
    }

    [Fact]
    public void No_limit_lets_all_in()
    {
        var limit = new InFlightLimit(0, 0);
        for (var i = 0; i < 1000; i++)
        {
            limit.Enter(Someone, isMutating: i % 2 == 0);
        }

        limit.Current.ShouldBe((500, 500));
    }

    [Fact]
    public async Task Busy_server_answers_429_with_retry_after_but_serves_watches_and_health()
    {
        using var deadline = ApiFixture.Deadline();
        var gate = new Gate();
        await using var server = await StartAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"], MaxMutatingRequestsInflight = 1, MaxRequestsInflight = 1 },
            gate,
            deadline.Token);
        using var someone = new SomeonesClient(server);
        var held = someone.PostAsync(Maps, ApiFixture.ConfigMap("held"), deadline.Token);
        await gate.Reached.WaitAsync(deadline.Token);

        using var refused = await someone.PostAsync(Maps, ApiFixture.ConfigMap("refused"), deadline.Token);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await refused.Content.ReadAsStringAsync(deadline.Token)).ShouldContain("\"reason\":\"TooManyRequests\"");

        using var first = await someone.WatchAsync(Maps, deadline.Token);
        using var second = await someone.WatchAsync(Maps, deadline.Token);
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Client.GetAsync(new Uri("readyz", UriKind.Relative), deadline.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);

        gate.Open();
        (await held).StatusCode.ShouldBe(HttpStatusCode.Created);
        using var later = await someone.PostAsync(Maps, ApiFixture.ConfigMap("later"), deadline.Token);
        later.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Request_that_takes_longer_than_its_timeout_ends_with_504()
    {
        using var deadline = ApiFixture.Deadline();
        var gate = new Gate();
        await using var server = await StartAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"] }, gate, deadline.Token);
        using var someone = new SomeonesClient(server);

        using var answer = await someone.PostAsync(Maps + "?timeout=50ms", ApiFixture.ConfigMap("slow"), deadline.Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
        (await answer.Content.ReadAsStringAsync(deadline.Token)).ShouldContain("\"reason\":\"Timeout\"");

        using var bad = await someone.PostAsync(Maps + "?timeout=soon", ApiFixture.ConfigMap("slow"), deadline.Token);
        bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Fault_inside_the_server_is_a_500_and_the_server_goes_on()
    {
        using var deadline = ApiFixture.Deadline();
        await using var server = await StartAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"] }, new Faulty(), deadline.Token);
        using var someone = new SomeonesClient(server);

        using var answer = await someone.PostAsync(Maps, ApiFixture.ConfigMap("fault"), deadline.Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var text = await answer.Content.ReadAsStringAsync(deadline.Token);
        text.ShouldContain("\"kind\":\"Status\"");
        text.ShouldContain("\"reason\":\"InternalError\"");
        (await server.Client.GetAsync(new Uri(Maps, UriKind.Relative), deadline.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("1m30s", 90_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("250ms", 250)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_go_writes_them(string text, int milliseconds)
    {
        RequestDeadlines.TryParse(text, out var duration).ShouldBeTrue();
        duration.TotalMilliseconds.ShouldBe(milliseconds, 0.001);
    }

    [Theory]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("1d")]
    [InlineData("-1s")]
    [InlineData("1s ")]
    [InlineData("99999999999999999999h")]
    public void What_is_no_duration_is_refused(string text) => RequestDeadlines.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("list", "", 60)]
    [InlineData("create", "", 34)]
    [InlineData("list", "?timeout=5s", 5)]
    [InlineData("list", "?timeout=1h", 60)]
    [InlineData("deletecollection", "", 60)]
    public void Timeout_may_shorten_what_a_request_gets(string verb, string query, int seconds)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString(query);
        RequestDeadlines.TimeOf(http.Request, new RequestInfo { Path = "/", Verb = verb }).ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Deadline_cancels_when_its_time_is_up_and_not_before()
    {
        var time = new FakeTimeProvider();
        var deadlines = new RequestDeadlines(time);
        using (var first = deadlines.Start(TimeSpan.FromSeconds(10), CancellationToken.None))
        {
            time.Advance(TimeSpan.FromSeconds(9));
            first.Token.IsCancellationRequested.ShouldBeFalse();
        }

        using var second = deadlines.Start(TimeSpan.FromSeconds(10), CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(9));
        second.Token.IsCancellationRequested.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(1));
        second.Token.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Deadline_cancels_when_the_client_leaves()
    {
        using var client = new CancellationTokenSource();
        using var deadline = new RequestDeadlines(TimeProvider.System).Start(TimeSpan.FromMinutes(1), client.Token);
        client.Cancel();
        deadline.Token.IsCancellationRequested.ShouldBeTrue();
    }

    private Task<InProcessApiServer> StartAsync(
        ApiServerOptions options, IAdmissionPlugin admission, CancellationToken cancellationToken) =>
        InProcessApiServer.StartAsync(options with { TokenAuthFile = tokens }, [new Plugin(admission)], TimeProvider.System, cancellationToken);

    /// <summary>A client of a user without privileges: a token names it.</summary>
    private sealed class SomeonesClient : IDisposable
    {
        private readonly HttpClient client;

        public SomeonesClient(InProcessApiServer server)
        {
            client = new HttpClient { BaseAddress = server.Address, Timeout = Timeout.InfiniteTimeSpan };
            client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        }

        public async Task<HttpResponseMessage> PostAsync(string path, string body, CancellationToken cancellationToken)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            return await client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        }

        public Task<HttpResponseMessage> WatchAsync(string path, CancellationToken cancellationToken) => client.GetAsync(
            new Uri(path + "?watch=1", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);

        public void Dispose() => client.Dispose();
    }

    private sealed class Plugin(IAdmissionPlugin admission) : ApiServerPlugin
    {
        public override IEnumerable<IAdmissionPlugin> AdmissionPlugins(ApiServerServices services) => [admission];
    }

    /// <summary>Holds writes of users until it is opened.</summary>
    private sealed class Gate : IAdmissionPlugin
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "Gate";

        public Task Reached => reached.Task;

        public void Open() => open.TrySetResult();

        public async ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
        {
            if (attributes.User.Name == Someone.Name)
            {
                reached.TrySetResult();
                await open.Task.WaitAsync(cancellationToken);
            }
        }

        public ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken) => default;
    }

    private sealed class Faulty : IAdmissionPlugin
    {
        public string Name => "Faulty";

        public ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken) =>
            attributes.User.Name == Someone.Name ? throw new InvalidOperationException("a fault") : default;

        public ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken) => default;
    }
}
