using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Runtime.Tests;

public sealed class ServerLogTests : IDisposable
{
    private const string Maps = "/api/v1/namespaces/ns/configmaps";
    private const string Away = "has not answered";
    private const string Back = "answers again";
    private static readonly Uri Server = new("https://api.local/");
    private static readonly Uri Group = new(Server, "apis/core.gardener.cloud/");

    private readonly FakeTimeProvider clock = new();
    private readonly StringWriter output = new();
    private readonly LogFactory logs;
    private readonly ServerLog servers;

    public ServerLogTests()
    {
        logs = new LogFactory(new LogOptions(), clock, output);
        servers = new ServerLog(logs, clock);
    }

    private string[] Lines => output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose()
    {
        logs.Dispose();
        output.Dispose();
    }

    [Fact]
    public void A_server_that_stays_away_is_told_once_and_once_when_it_is_back()
    {
        Fail(Server);
        Lines.ShouldBeEmpty();
        clock.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 100; i++)
        {
            Fail(Server);
        }

        Lines.ShouldHaveSingleItem().ShouldContain($"{Server} {Away} for 2 s, what needs it waits: Connection refused");

        clock.Advance(TimeSpan.FromSeconds(40));
        servers.Answered(Server, "api/v1/pods");
        servers.Answered(Server, "api/v1/pods");

        Lines.Length.ShouldBe(2);
        Lines[1].ShouldContain($"{Server} {Back}, after 42 s");
    }

    [Fact]
    public void A_connection_that_breaks_for_a_moment_is_not_told()
    {
        for (var i = 0; i < 10; i++)
        {
            Fail(Server);
            clock.Advance(ServerLog.Patience / 2);
            servers.Answered(Server, "api/v1/pods");
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Lines.ShouldBeEmpty();
    }

    [Fact]
    public void A_long_absence_is_told_again_now_and_then()
    {
        for (var seconds = 0; seconds < 601; seconds += 5)
        {
            Fail(Server);
            clock.Advance(TimeSpan.FromSeconds(5));
        }

        Lines.Length.ShouldBe(2);
        Lines[1].ShouldContain($"{Away} for 305 s");
    }

    [Fact]
    public void A_server_that_answers_may_lack_a_group_of_kinds()
    {
        Fail(Group);
        clock.Advance(TimeSpan.FromSeconds(2));
        Fail(Group);
        servers.Answered(Server, "api/v1/pods");
        servers.Answered(Server, "");
        Lines.ShouldHaveSingleItem().ShouldContain($"{Group} {Away}");

        servers.Answered(Server, "apis/core.gardener.cloud/v1beta1/shoots");

        Lines[1].ShouldContain($"{Group} {Back}");
    }

    [Fact]
    public void Failures_of_a_server_are_known_however_they_are_wrapped_and_others_are_not()
    {
        var refused = Fail(Server);

        servers.Knows(refused).ShouldBeTrue();
        servers.Knows(new InvalidOperationException("step failed", refused)).ShouldBeTrue();
        servers.Knows(new AggregateException(refused, new IOException("step failed", refused))).ShouldBeTrue();
        servers.Knows(new AggregateException(refused, new IOException("disk is full"))).ShouldBeFalse();
        servers.Knows(new HttpRequestException("of somebody else")).ShouldBeFalse();
    }

    [Fact]
    public async Task However_many_objects_wait_for_a_server_that_is_away_controllers_say_it_in_one_line()
    {
        using var api = new TinyApi();
        using var client = new KubernetesClient(
            api, new ClientConnection { Server = Server }, new ClientOptions { UserAgent = "test", Clock = clock, Observer = servers });
        using var metrics = new MetricRegistry();
        var manager = new ControllerManager(
            client, RuntimeFixture.Options(clock, metrics) with { Logs = logs, Servers = servers });
        var done = new ConcurrentDictionary<string, bool>();
        manager.AddController("maps", new Reader(client, done), c => c.For<ConfigMap>());
        const int objects = 30;
        for (var i = 0; i < objects; i++)
        {
            api.Put($"{Maps}/m{i}", []);
        }

        api.Before = request => request.Contains("secrets", StringComparison.Ordinal)
            ? throw new HttpRequestException("Connection refused")
            : Task.CompletedTask;
        api.Put("/api/v1/namespaces/ns/secrets/s", []);

        await RuntimeFixture.RunAsync(manager, async () =>
        {
            await AdvanceUntilAsync(() => metrics.Render().Split('\n').Any(
                line => line.StartsWith("controller_runtime_reconcile_errors_total", StringComparison.Ordinal)
                    && double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) > 10 * objects));
            Lines.ShouldHaveSingleItem().ShouldContain(Away);

            api.Before = null;
            await AdvanceUntilAsync(() => done.Count == objects);
        });

        Lines.Length.ShouldBe(2);
        Lines[1].ShouldContain(Back);
    }

    private HttpRequestException Fail(Uri place)
    {
        var failure = new HttpRequestException("Connection refused");
        servers.Failed(place, failure);
        return failure;
    }

    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        var deadline = RuntimeFixture.Deadline;
        while (!condition())
        {
            clock.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(5, deadline);
        }
    }

    private sealed class Reader(IKubernetesClient client, ConcurrentDictionary<string, bool> done) : IReconciler
    {
        public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            await client.GetAsync<Secret>(new ObjectKey("ns", "s"), cancellationToken);
            done[key.Name] = true;
            return ReconcileResult.Done;
        }
    }
}
