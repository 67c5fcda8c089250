using System.Net;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Runtime.Tests;

public sealed class LeaderElectorTests : IDisposable
{
    private readonly TinyApi api = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 11, 23, 5, 0, 0, TimeSpan.Zero));
    private readonly KubernetesClient client;

    public LeaderElectorTests() => client = api.Client();

    public void Dispose()
    {
        client.Dispose();
        api.Dispose();
    }

    [Fact]
    public async Task The_lease_is_released_at_the_end_and_taken_over_at_the_next_try()
    {
        using var stop = new CancellationTokenSource();
        var first = new Candidate(this, "one");
        var run = first.RunAsync(stop.Token);
        await first.Leading.WaitAsync(RuntimeFixture.Deadline);
        var second = new Candidate(this, "two");
        using var stopSecond = new CancellationTokenSource();
        var secondRun = second.RunAsync(stopSecond.Token);

        await AdvanceAsync(TimeSpan.FromSeconds(30));
        second.Leading.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(run);
        (await LeaseAsync()).HolderIdentity.ShouldBe("");

        await AdvanceUntilAsync(second.Leading, TimeSpan.FromSeconds(5));
        var lease = await LeaseAsync();
        (lease.HolderIdentity, lease.LeaseTransitions, lease.LeaseDurationSeconds).ShouldBe(("two", 1, 15));
        await stopSecond.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(secondRun);
    }

    [Fact]
    public async Task A_lease_that_has_changed_since_the_leader_saw_it_is_released_all_the_same()
    {
        using var stop = new CancellationTokenSource();
        var candidate = new Candidate(this, "one");
        var run = candidate.RunAsync(stop.Token);
        await candidate.Leading.WaitAsync(RuntimeFixture.Deadline);

        // As a renewal does that reached the server and whose answer nobody waited for.
        var lease = await client.GetAsync<Lease>(new ObjectKey("kube-system", "test"), RuntimeFixture.Deadline);
        await client.UpdateAsync(
            lease with { Spec = lease.Spec with { RenewTime = clock.GetUtcNow().AddSeconds(1) } }, RuntimeFixture.Deadline);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(run);

        (await LeaseAsync()).HolderIdentity.ShouldBe("");
    }

    [Fact]
    public async Task A_lease_that_nobody_renews_is_taken_over_after_its_duration()
    {
        await client.CreateAsync(
            new Lease
            {
                Metadata = new ObjectMeta { Namespace = "kube-system", Name = "test" },
                Spec = new LeaseSpec { HolderIdentity = "dead", LeaseDurationSeconds = 15, RenewTime = clock.GetUtcNow().AddDays(1) },
            },
            RuntimeFixture.Deadline);
        using var stop = new CancellationTokenSource();
        var candidate = new Candidate(this, "two");
        var run = candidate.RunAsync(stop.Token);

        await AdvanceAsync(TimeSpan.FromSeconds(13));
        candidate.Leading.IsCompleted.ShouldBeFalse();
        await AdvanceUntilAsync(candidate.Leading, TimeSpan.FromSeconds(10));

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(run);
    }

    [Fact]
    public async Task A_leader_that_cannot_renew_stops_its_work_and_says_so()
    {
        var candidate = new Candidate(this, "one");
        var run = candidate.RunAsync(CancellationToken.None);
        await candidate.Leading.WaitAsync(RuntimeFixture.Deadline);

        api.Fault = HttpStatusCode.InternalServerError;
        await AdvanceUntilAsync(run, TimeSpan.FromSeconds(14));

        var error = await Should.ThrowAsync<LeadershipLostException>(run);
        error.Message.ShouldBe("lease kube-system/test could not be renewed within 10 s");
        candidate.WasCancelled.ShouldBeTrue();
    }

    [Fact]
    public async Task A_leader_that_takes_long_to_end_keeps_the_lease_until_then()
    {
        using var stop = new CancellationTokenSource();
        var first = new Candidate(this, "one") { End = new TaskCompletionSource() };
        var run = first.RunAsync(stop.Token);
        await first.Leading.WaitAsync(RuntimeFixture.Deadline);
        var second = new Candidate(this, "two");
        using var stopSecond = new CancellationTokenSource();
        var secondRun = second.RunAsync(stopSecond.Token);

        await stop.CancelAsync();
        await AdvanceAsync(TimeSpan.FromSeconds(40));

        second.Leading.IsCompleted.ShouldBeFalse("there would be two leaders");
        first.End.SetResult();
        await AdvanceUntilAsync(second.Leading, TimeSpan.FromSeconds(5));
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopSecond.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(secondRun);
    }

    [Fact]
    public async Task A_leader_that_lost_the_lease_does_not_wait_for_work_that_goes_on_until_others_lead()
    {
        var candidate = new Candidate(this, "one") { End = new TaskCompletionSource() };
        var run = candidate.RunAsync(CancellationToken.None);
        await candidate.Leading.WaitAsync(RuntimeFixture.Deadline);

        api.Fault = HttpStatusCode.InternalServerError;
        await AdvanceUntilAsync(run, TimeSpan.FromSeconds(14.5));

        await Should.ThrowAsync<LeadershipLostException>(run);
        candidate.End.SetResult();
    }

    [Fact]
    public async Task Work_that_fails_releases_the_lease_and_passes_its_error_on()
    {
        var elector = Elector("one");

        await Should.ThrowAsync<IOException>(
            elector.RunAsync(_ => throw new IOException("broke"), CancellationToken.None));

        (await LeaseAsync()).HolderIdentity.ShouldBe("");
    }

    [Fact]
    public void Times_that_cannot_work_are_refused() =>
        Should.Throw<ArgumentException>(() => new LeaderElector(
            client,
            new LeaderElectionOptions { Namespace = "a", Name = "b", Identity = "c", RenewDeadline = TimeSpan.FromSeconds(15) },
            clock,
            new Random(1),
            NullLoggerFactory.Instance));

    private LeaderElector Elector(string identity) => new(
        client,
        new LeaderElectionOptions { Namespace = "kube-system", Name = "test", Identity = identity },
        clock,
        new Random(1),
        NullLoggerFactory.Instance);

    private async Task<LeaseSpec> LeaseAsync() =>
        (await client.GetAsync<Lease>(new ObjectKey("kube-system", "test"), RuntimeFixture.Deadline)).Spec;

    // Small steps with a breath between them, so that requests between two timers get their turn.
    private async Task AdvanceAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(500))
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(10);
        }
    }

    private async Task AdvanceUntilAsync(Task done, TimeSpan most)
    {
        for (var passed = TimeSpan.Zero; passed < most && !done.IsCompleted; passed += TimeSpan.FromMilliseconds(500))
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(done, Task.Delay(20));
        }

        done.IsCompleted.ShouldBeTrue($"not done within {most}");
    }

    private sealed class Candidate(LeaderElectorTests owner, string identity)
    {
        private readonly TaskCompletionSource leading = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Leading => leading.Task;

        public bool WasCancelled { get; private set; }

        /// <summary>When the work ends after it was asked to; null for at once.</summary>
        public TaskCompletionSource? End { get; init; }

        public Task RunAsync(CancellationToken cancellationToken) => owner.Elector(identity).RunAsync(
            async ct =>
            {
                leading.TrySetResult();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, ct);
                }
                finally
                {
                    WasCancelled = ct.IsCancellationRequested;
                    await (End?.Task ?? Task.CompletedTask);
                }
            },
            cancellationToken);
    }
}
