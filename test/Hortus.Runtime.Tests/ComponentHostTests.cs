using System.Diagnostics.Metrics;
using System.Net;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Runtime.Tests;

public sealed class ComponentHostTests : IDisposable
{
    private readonly TinyApi api = new();
    private readonly KubernetesClient client;

    public ComponentHostTests() => client = api.Client();

    public void Dispose()
    {
        client.Dispose();
        api.Dispose();
    }

    [Fact]
    public async Task A_component_that_returns_is_a_success() =>
        (await ComponentHost.RunAsync(
            Options(), (_, _) => Task.CompletedTask, CancellationToken.None)).ShouldBe(ExitCode.Success);

    [Fact]
    public async Task A_component_that_throws_is_a_failure() =>
        (await ComponentHost.RunAsync(Options(), (_, _) => throw new IOException("no disk"), CancellationToken.None))
            .ShouldBe(ExitCode.Failure);

    [Fact]
    public async Task A_cancelled_component_is_a_success()
    {
        using var stop = new CancellationTokenSource();

        var code = ComponentHost.RunAsync(
            Options(),
            async (_, ct) =>
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            },
            stop.Token);

        (await code.WaitAsync(RuntimeFixture.Deadline)).ShouldBe(ExitCode.Success);
    }

    [Fact]
    public async Task A_component_that_does_not_stop_in_time_is_given_up()
    {
        using var stop = new CancellationTokenSource();
        var never = new TaskCompletionSource();

        var code = ComponentHost.RunAsync(
            Options() with { DrainTimeout = TimeSpan.FromMilliseconds(50) },
            async (_, _) =>
            {
                await stop.CancelAsync();
                await never.Task;
            },
            stop.Token);

        (await code.WaitAsync(RuntimeFixture.Deadline)).ShouldBe(ExitCode.Failure);
        never.SetResult();
    }

    [Fact]
    public async Task An_unusable_kubeconfig_is_bad_configuration() =>
        (await ComponentHost.RunAsync(
            Options() with { Client = null, Kubeconfig = "/does/not/exist" },
            (context, _) => context.Client.FindAsync<Lease>(new ObjectKey("a", "b"), CancellationToken.None),
            CancellationToken.None)).ShouldBe(ExitCode.BadConfiguration);

    [Fact]
    public async Task With_leader_election_the_component_runs_while_it_holds_the_lease()
    {
        string? holder = null;

        var code = await ComponentHost.RunAsync(
            Options() with { LeaderElection = new LeaderElectionOptions { Namespace = "garden", Name = "test" } },
            async (context, ct) =>
            {
                var lease = await context.Client.GetAsync<Lease>(new ObjectKey("garden", "test"), ct);
                holder = lease.Spec.HolderIdentity == context.Identity ? "me" : lease.Spec.HolderIdentity;
            },
            CancellationToken.None);

        code.ShouldBe(ExitCode.Success);
        holder.ShouldBe("me");
    }

    [Fact]
    public async Task What_runs_beside_needs_no_lease_and_ends_the_component_with_it()
    {
        var election = new LeaderElectionOptions { Namespace = "garden", Name = "held" };
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holder = ComponentHost.RunAsync(
            Options() with { LeaderElection = election },
            async (_, ct) =>
            {
                began.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            },
            stop.Token);
        await began.Task.WaitAsync(stop.Token);
        var elected = false;

        var code = await ComponentHost.RunAsync(
            Options() with { LeaderElection = election, Beside = (_, _) => throw new SettingException("--port is taken") },
            (_, _) =>
            {
                elected = true;
                return Task.CompletedTask;
            },
            stop.Token);

        (code, elected).ShouldBe((ExitCode.BadConfiguration, false));
        await stop.CancelAsync();
        (await holder).ShouldBe(ExitCode.Success);
    }

    [Fact]
    public async Task The_endpoint_serves_health_and_metrics()
    {
        var health = new HealthChecks();
        using var metrics = new MetricRegistry();
        metrics.Create("x").CreateCounter<long>("seen_total").Add(1);
        await using var endpoint = new HealthEndpoint(health, metrics, NullLoggerFactory.Instance);
        var address = await endpoint.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), RuntimeFixture.Deadline);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{address}") };

        (await http.GetStringAsync("/healthz")).ShouldBe("ok");
        (await http.GetStringAsync("/metrics")).ShouldContain("seen_total 1");
        health.Add("caches", HealthProbes.Ready, () => "not filled");
        using var ready = await http.GetAsync("/readyz");
        ready.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await ready.Content.ReadAsStringAsync()).ShouldContain("[-]caches failed: not filled");
        (await http.GetStringAsync("/livez")).ShouldBe("ok");
        using var unknown = await http.GetAsync("/secrets");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private ComponentHostOptions Options() => new() { Name = "hortus-test", Client = client, HandleSignals = false };
}
