using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>
/// Runs work only while a Lease is held. Whether a foreign lease is stale is judged by how long its record did not
/// change as seen from here, so that clocks need not agree.
/// </summary>
public sealed partial class LeaderElector
{
    private readonly IKubernetesClient client;
    private readonly LeaderElectionOptions options;
    private readonly TimeProvider clock;
    private readonly Random random;
    private readonly ILogger log;
    private readonly string identity;
    private readonly ServerLog? servers;
    private Lease? observed;
    private long observedAt;

    public LeaderElector(IKubernetesClient client, LeaderElectionOptions options, ComponentContext context)
        : this(client, options, context.Clock, context.Random, context.Logs, context.Servers)
    {
    }

    public LeaderElector(
        IKubernetesClient client,
        LeaderElectionOptions options,
        TimeProvider clock,
        Random random,
        ILoggerFactory logs,
        ServerLog? servers = null)
    {
        this.client = client;
        this.options = options;
        this.clock = clock;
        this.random = random;
        this.servers = servers;
        log = logs.CreateLogger<LeaderElector>();
        identity = options.Identity
            ?? throw new ArgumentException("leader election needs an identity", nameof(options));
        if (options.LeaseDuration <= options.RenewDeadline || options.RenewDeadline <= options.RetryPeriod)
        {
            throw new ArgumentException(
                $"leader election of {options.Namespace}/{options.Name}: " +
                "want lease duration > renew deadline > retry period, " +
                $"got {options.LeaseDuration}, {options.RenewDeadline}, {options.RetryPeriod}", nameof(options));
        }
    }

    private ObjectKey Key => new(options.Namespace, options.Name);

    /// <summary>Waits for the lease, then runs <paramref name="lead"/> until it ends; its token is cancelled when the
    /// lease is lost or <paramref name="cancellationToken"/> is. The lease is held until the work has ended, and released then.</summary>
    /// <exception cref="LeadershipLostException">The lease could not be renewed in time. The work was told to end; when it
    /// has not done so before somebody else may lead, it still runs, and the process has to end.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> lead, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lead);
        while (!await TryHoldAsync(cancellationToken))
        {
            await Task.Delay(options.RetryPeriod * (1 + (0.2 * random.NextDouble())), clock, cancellationToken);
        }

        LogLeading(log, options.Namespace, options.Name, identity);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var renewing = new CancellationTokenSource();
        var work = Task.Run(() => lead(leading.Token), CancellationToken.None);
        var renewal = RenewUntilLostAsync(renewing.Token);
        if (await Task.WhenAny(work, renewal) == renewal)
        {
            await leading.CancelAsync();
            await EndBeforeOthersLeadAsync(work);
            throw new LeadershipLostException(
                $"lease {Key} could not be renewed within {options.RenewDeadline.TotalSeconds} s");
        }

        try
        {
            await work;
        }
        finally
        {
            await renewing.CancelAsync();
            await renewal;
            await ReleaseAsync();
        }
    }

    // The others count from the last renewal as well: this is what is left of their patience, less a margin to end the process.
    private async Task EndBeforeOthersLeadAsync(Task work)
    {
        try
        {
            await work.WaitAsync((options.LeaseDuration - options.RenewDeadline) * 0.8, clock, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // Asked for.
        }
        catch (TimeoutException)
        {
            LogWorkGoesOn(log, options.Namespace, options.Name);
        }
    }

    // Ends without exception: when cancelled, or when the deadline has passed without a renewal.
    private async Task RenewUntilLostAsync(CancellationToken cancellationToken)
    {
        var renewedAt = clock.GetTimestamp();
        try
        {
            while (clock.GetElapsedTime(renewedAt) < options.RenewDeadline)
            {
                await Task.Delay(options.RetryPeriod, clock, cancellationToken);
                var left = options.RenewDeadline - clock.GetElapsedTime(renewedAt);
                using var deadline = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock);
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
                var startedAt = clock.GetTimestamp();
                try
                {
                    if (await TryHoldAsync(linked.Token))
                    {
                        renewedAt = startedAt;
                    }
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The work is over.
        }
    }

    private async Task<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await TryAcquireOrRenewAsync(cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict || e.IsAlreadyExists)
        {
            return false;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            LogAttemptFailed(log, servers?.LevelOf(e) ?? LogLevel.Warning, options.Namespace, options.Name, e.Message);
            return false;
        }
    }

    private async Task<bool> TryAcquireOrRenewAsync(CancellationToken cancellationToken)
    {
        var current = await client.FindAsync<Lease>(Key, cancellationToken);
        var now = clock.GetUtcNow();
        if (current is null)
        {
            Observe(await client.CreateAsync(
                new Lease
                {
                    Metadata = new ObjectMeta { Namespace = options.Namespace, Name = options.Name },
                    Spec = Mine(now, now, 0),
                },
                cancellationToken));
            return true;
        }

        if (observed?.Metadata.ResourceVersion != current.Metadata.ResourceVersion)
        {
            Observe(current);
        }

        var isMine = current.Spec.HolderIdentity == identity;
        if (!isMine && IsHeld(current))
        {
            LogHeldByOther(log, options.Namespace, options.Name, current.Spec.HolderIdentity);
            return false;
        }

        var transitions = current.Spec.LeaseTransitions ?? 0;
        Observe(await client.UpdateAsync(
            current with
            {
                Spec = Mine(
                    isMine ? current.Spec.AcquireTime ?? now : now, now, isMine ? transitions : transitions + 1),
            },
            cancellationToken));
        return true;
    }

    private bool IsHeld(Lease lease)
    {
        var duration = lease.Spec.LeaseDurationSeconds is { } s ? TimeSpan.FromSeconds(s) : options.LeaseDuration;
        return !string.IsNullOrEmpty(lease.Spec.HolderIdentity) && clock.GetElapsedTime(observedAt) < duration;
    }

    private void Observe(Lease lease)
    {
        observed = lease;
        observedAt = clock.GetTimestamp();
    }

    // Gives the lease up, so that the next candidate need not wait for it to run out. Best effort on the way out. Read anew: a renewal
    // that was cancelled may have reached the server all the same, and may still do so.
    private async Task ReleaseAsync()
    {
        using var deadline = new CancellationTokenSource(options.RetryPeriod, clock);
        try
        {
            while (await client.FindAsync<Lease>(Key, deadline.Token) is { } lease
                && lease.Spec.HolderIdentity == identity
                && !await TryReleaseAsync(lease, deadline.Token))
            {
                // Somebody was faster, most likely the renewal.
            }
        }
        catch (
            Exception e) when (e is ApiException or HttpRequestException or IOException or OperationCanceledException)
        {
            LogReleaseFailed(log, options.Namespace, options.Name, e.Message);
        }
    }

    private async Task<bool> TryReleaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var free = Mine(now, now, lease.Spec.LeaseTransitions ?? 0) with
        {
            HolderIdentity = "",
            LeaseDurationSeconds = 1,
        };
        try
        {
            await client.UpdateAsync(lease with { Spec = free }, cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            return false;
        }
    }

    private LeaseSpec Mine(DateTimeOffset acquired, DateTimeOffset renewed, int transitions) => new()
    {
        HolderIdentity = identity,
        LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds,
        AcquireTime = acquired,
        RenewTime = renewed,
        LeaseTransitions = transitions,
    };

    [LoggerMessage(2100, LogLevel.Information, "leading: lease {Namespace}/{Name} held as {Identity}")]
    private static partial void LogLeading(ILogger logger, string @namespace, string name, string identity);

    [LoggerMessage(2101, LogLevel.Debug, "lease {Namespace}/{Name} is held by {Holder}")]
    private static partial void LogHeldByOther(ILogger logger, string @namespace, string name, string? holder);

    [LoggerMessage(EventId = 2102, Message = "cannot read or write lease {Namespace}/{Name}: {Reason}")]
    private static partial void LogAttemptFailed(ILogger logger, LogLevel level, string @namespace, string name, string reason);

    [LoggerMessage(2103, LogLevel.Warning, "cannot release lease {Namespace}/{Name}: {Reason}")]
    private static partial void LogReleaseFailed(ILogger logger, string @namespace, string name, string reason);

    [LoggerMessage(2104, LogLevel.Error, "lease {Namespace}/{Name} is lost, and what it was held for has not ended in time")]
    private static partial void LogWorkGoesOn(ILogger logger, string @namespace, string name);
}
