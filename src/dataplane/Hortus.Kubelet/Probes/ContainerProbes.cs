using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Probes;

/// <summary>
/// Watches one running container by its probes. Until a startup or readiness probe succeeds for the first time it is
/// asked more often than its period, so that a container is ready as soon as it can be; failures count once per period.
/// </summary>
internal sealed class ContainerProbes : IAsyncDisposable
{
    private static readonly TimeSpan EagerPeriod = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan EagerExecPeriod = TimeSpan.FromSeconds(1);
    private readonly ProbeExecutor executor;
    private readonly Container container;
    private readonly TimeProvider time;
    private readonly Action onChanged;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;

    public ContainerProbes(ProbeTarget target, TimeProvider time, Action onChanged)
    {
        container = target.Container;
        executor = new ProbeExecutor(target);
        this.time = time;
        this.onChanged = onChanged;
        IsStarted = container.StartupProbe is null;
        IsReady = IsStarted && container.ReadinessProbe is null;
        loop = RunAsync(stopping.Token);
    }

    /// <summary>Whether the startup probe has succeeded (or there is none).</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Whether the readiness probe says so (or there is none).</summary>
    public bool IsReady { get; private set; }

    /// <summary>Why the container must be restarted; null while it need not.</summary>
    public string? Fatal { get; private set; }

    /// <summary>What the last failing readiness probe said.</summary>
    public string? NotReadyMessage { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        executor.Dispose();
        stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (container.StartupProbe is { } startup && !await WaitForStartAsync(startup, cancellationToken))
        {
            return;
        }

        await Task.WhenAll(
            container.ReadinessProbe is { } readiness ? WatchReadinessAsync(readiness, cancellationToken)
                : Task.CompletedTask,
            container.LivenessProbe is { } liveness ? WatchLivenessAsync(liveness, cancellationToken)
                : Task.CompletedTask);
    }

    private async Task<bool> WaitForStartAsync(Probe probe, CancellationToken cancellationToken)
    {
        await DelayAsync(probe.InitialDelaySeconds ?? 0, cancellationToken);
        var failures = 0;
        var countAfter = time.GetTimestamp();
        while (true)
        {
            var outcome = await executor.RunAsync(probe, cancellationToken);
            if (outcome.Success)
            {
                IsStarted = true;
                IsReady = container.ReadinessProbe is null;
                onChanged();
                return true;
            }

            if (time.GetElapsedTime(countAfter) >= Period(probe))
            {
                countAfter = time.GetTimestamp();
                failures++;
            }

            if (failures >= (probe.FailureThreshold ?? 3))
            {
                Fatal = $"startup probe failed: {outcome.Message}";
                onChanged();
                return false;
            }

            await Task.Delay(Eager(probe), time, cancellationToken);
        }
    }

    private async Task WatchReadinessAsync(Probe probe, CancellationToken cancellationToken)
    {
        await DelayAsync(probe.InitialDelaySeconds ?? 0, cancellationToken);
        var (successes, failures, everReady) = (0, 0, false);
        while (true)
        {
            var outcome = await executor.RunAsync(probe, cancellationToken);
            (successes, failures) = outcome.Success ? (successes + 1, 0) : (0, failures + 1);
            NotReadyMessage = outcome.Success ? null : $"readiness probe failed: {outcome.Message}";
            if (!IsReady && successes >= (probe.SuccessThreshold ?? 1))
            {
                IsReady = everReady = true;
                onChanged();
            }
            else if (IsReady && failures >= (probe.FailureThreshold ?? 3))
            {
                IsReady = false;
                onChanged();
            }

            await Task.Delay(everReady ? Period(probe) : Eager(probe), time, cancellationToken);
        }
    }

    private async Task WatchLivenessAsync(Probe probe, CancellationToken cancellationToken)
    {
        await DelayAsync(probe.InitialDelaySeconds ?? 0, cancellationToken);
        var failures = 0;
        while (true)
        {
            var outcome = await executor.RunAsync(probe, cancellationToken);
            failures = outcome.Success ? 0 : failures + 1;
            if (failures >= (probe.FailureThreshold ?? 3))
            {
                Fatal = $"liveness probe failed: {outcome.Message}";
                onChanged();
                return;
            }

            await Task.Delay(Period(probe), time, cancellationToken);
        }
    }

    private static TimeSpan Period(Probe probe) => TimeSpan.FromSeconds(Math.Max(1, probe.PeriodSeconds ?? 10));

    private static TimeSpan Eager(Probe probe)
    {
        var eager = probe.Exec is null ? EagerPeriod : EagerExecPeriod;
        return eager < Period(probe) ? eager : Period(probe);
    }

    private Task DelayAsync(int seconds, CancellationToken cancellationToken) =>
        seconds > 0 ? Task.Delay(TimeSpan.FromSeconds(seconds), time, cancellationToken) : Task.CompletedTask;
}
