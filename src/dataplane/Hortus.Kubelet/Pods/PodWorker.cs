using System.Threading.Channels;
using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Network;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>Brings one pod to its declared state and keeps it there, one step at a time.</summary>
internal sealed class PodWorker
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefreshPeriod = TimeSpan.FromSeconds(60);
    private readonly PodServices services;
    private readonly PodDirectory directory;
    private readonly PodContainers containers;
    private readonly Channel<bool> wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource hurry = new();
    private volatile Pod pod;
    private volatile bool gone;
    private PodLayout? layout;
    private DateTimeOffset? startTime;
    private DateTimeOffset refreshAt;
    private string? outcome;
    private bool initialized;
    private TimeSpan retry = RetryFirst;

    public PodWorker(PodServices services, Pod pod)
    {
        this.services = services;
        this.pod = pod;
        directory = new PodDirectory(services.Options.RootDirectory, pod);
        containers = new PodContainers(services, directory, Wake);
        startTime = pod.Status.StartTime;
        outcome = pod.Status.Phase is "Succeeded" or "Failed" ? pod.Status.Phase : null;
    }

    /// <summary>The pod as last seen.</summary>
    public Pod Pod => pod;

    /// <summary>The status as last computed; null before the first step.</summary>
    public PodStatus? Status { get; private set; }

    /// <summary>Completes when the pod has ended and everything of it is removed.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    public void Start(CancellationToken cancellationToken) => Work = RunAsync(cancellationToken);

    /// <summary>Takes a new version of the pod.</summary>
    public void Update(Pod next)
    {
        var shorter = pod.Metadata.DeletionTimestamp is not null && next.Grace() < pod.Grace();
        pod = next;
        if (shorter)
        {
            hurry.Cancel();
        }

        Wake();
    }

    /// <summary>The pod does not exist any more: it ends without a grace of its own.</summary>
    public void Vanish()
    {
        gone = true;
        hurry.Cancel();
        Wake();
    }

    /// <summary>Looks again now.</summary>
    public void Wake() => wake.Writer.TryWrite(true);

    private bool IsEnding => gone || pod.Metadata.DeletionTimestamp is not null;

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            while (!await StepAsync(cancellationToken))
            {
            }
        }
        finally
        {
            await containers.StopProbesAsync();
        }
    }

    private async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        TimeSpan? next;
        try
        {
            if (IsEnding)
            {
                if (await EndAsync(cancellationToken))
                {
                    return true;
                }

                next = RetryMax;
            }
            else
            {
                next = await SyncAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            services.Logger.PodFailed(e, pod.Metadata.Namespace, pod.Metadata.Name);
            next = NextRetry();
        }

        await WaitAsync(next, cancellationToken);
        return false;
    }

    private async Task WaitAsync(TimeSpan? limit, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit ?? Timeout.InfiniteTimeSpan, services.Time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            await wake.Reader.ReadAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The time is over: look again.
        }
    }

    private async Task<TimeSpan?> SyncAsync(CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        startTime ??= now;
        if (outcome is not null)
        {
            await SettleAsync(cancellationToken);
            return await ReportAsync(cancellationToken) ? null : RetryMax;
        }

        try
        {
            await PrepareAsync(now, cancellationToken);
        }
        catch (PodWaitException e)
        {
            containers.WaitAll(pod, e.Reason, e.Message);
            await ReportAsync(cancellationToken);
            return NextRetry();
        }

        var plan = containers.Decide(pod, now);
        initialized = plan.IsInitialized;
        outcome = plan.Outcome ?? DeadlineOutcome(now);
        if (outcome is not null)
        {
            return TimeSpan.Zero;
        }

        var changed = await containers.ApplyAsync(pod, plan, layout!, cancellationToken);
        var sent = await ReportAsync(cancellationToken);
        if (changed)
        {
            retry = RetryFirst;
            return TimeSpan.Zero;
        }

        return Soonest(plan, now, sent);
    }

    private TimeSpan? Soonest(ContainerPlan plan, DateTimeOffset now, bool sent)
    {
        var waits = plan.BackOff.Values.Select(due => due - now).ToList();
        waits.Add(refreshAt - now);
        if (containers.HasFailedStart)
        {
            waits.Add(NextRetry());
        }

        if (!sent)
        {
            waits.Add(RetryFirst * 5);
        }

        if (pod.Spec.ActiveDeadlineSeconds is { } seconds)
        {
            waits.Add(startTime!.Value.AddSeconds(seconds) - now);
        }

        var soonest = waits.Min();
        return soonest > TimeSpan.Zero ? soonest : TimeSpan.FromMilliseconds(1);
    }

    private string? DeadlineOutcome(DateTimeOffset now) =>
        pod.Spec.ActiveDeadlineSeconds is { } seconds && now >= startTime!.Value.AddSeconds(seconds) ? "Failed" : null;

    private async Task PrepareAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (layout is not null)
        {
            if (now >= refreshAt)
            {
                refreshAt = now + RefreshPeriod;
                await RefreshAsync(cancellationToken);
            }

            return;
        }

        directory.Create();
        var attachment = pod.IsHostNetwork() ? null : await services.Network.AttachAsync(pod, cancellationToken);
        var place = new PodPlace(
            services.Options.NodeName, services.NodeIP, attachment?.Address.ToString() ?? services.NodeIP);
        containers.Begin(pod, place, directory.LifeSince(attachment?.IsNew == true, now));
        await EtcFiles.WriteAsync(pod, place, services.Options, directory.Etc, cancellationToken);
        var volumes = await services.Volumes.PrepareAsync(pod, place, directory.Volumes, cancellationToken);
        layout = new PodLayout(place, volumes, directory.Etc, attachment?.NamespacePath);
        refreshAt = now + RefreshPeriod;
        retry = RetryFirst;
        containers.Ready();
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await services.Volumes.RefreshAsync(pod, layout!.Place, directory.Volumes, cancellationToken);
        }
        catch (PodWaitException e)
        {
            // The files of before stay: a running pod goes on with what it has.
            services.Logger.VolumesNotRefreshed(pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
        }
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        await containers.StopAllAsync(pod, pod.Grace(), cancellationToken);
        await services.Network.DetachAsync(pod.Uid(), cancellationToken);
        layout = null;
    }

    private async Task<bool> EndAsync(CancellationToken cancellationToken)
    {
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hurry.Token))
        {
            try
            {
                await containers.StopAllAsync(pod, gone ? TimeSpan.Zero : pod.Grace(), stop.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                await containers.StopAllAsync(pod, TimeSpan.Zero, cancellationToken);
            }
        }

        if (!gone)
        {
            await ReportAsync(cancellationToken);
        }

        await services.Network.DetachAsync(pod.Uid(), cancellationToken);
        services.Volumes.Remove(pod, directory.Volumes);
        if (!gone && !await services.Reporter.ConfirmDeletionAsync(pod, cancellationToken))
        {
            return false;
        }

        containers.Forget();
        directory.Delete();
        services.Reporter.Forget(pod.Uid());
        return true;
    }

    private async Task<bool> ReportAsync(CancellationToken cancellationToken)
    {
        Status = containers.Observe(pod, outcome, initialized, startTime);
        return await services.Reporter.SendAsync(pod, Status, cancellationToken);
    }

    private TimeSpan NextRetry()
    {
        var delay = retry;
        retry = retry * 2 < RetryMax ? retry * 2 : RetryMax;
        return delay;
    }
}
