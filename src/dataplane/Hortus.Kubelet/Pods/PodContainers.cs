using System.Collections.Concurrent;
using System.Net;
using Hortus.Host;
using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Probes;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>The containers of one pod: starts, probes, hooks, stops, and what is to say about them.</summary>
internal sealed class PodContainers(PodServices services, PodDirectory directory, Action wake)
{
    private static readonly TimeSpan HookMax = TimeSpan.FromSeconds(30);
    private readonly RestartBackoff backoff = new();
    private readonly ConcurrentDictionary<string, ContainerProbes> probes = new();
    private readonly Dictionary<string, ContainerStateWaiting> waiting = [];
    private string uid = "";
    private string? lastWait;
    private PodPlace? place;
    private DateTimeOffset lifeSince;

    /// <summary>Whether a container could not be started for a reason that may pass.</summary>
    public bool HasFailedStart { get; private set; }

    /// <summary>Sets where the pod is and since when.</summary>
    public void Begin(Pod pod, PodPlace podPlace, DateTimeOffset since)
    {
        uid = pod.Uid();
        place = podPlace;
        lifeSince = since;
        waiting.Clear();
    }

    /// <summary>Forgets why the pod waited as a whole.</summary>
    public void Ready() => lastWait = null;

    /// <summary>Says of all containers that do not run why they wait.</summary>
    public void WaitAll(Pod pod, string reason, string message)
    {
        uid = pod.Uid();
        foreach (var container in pod.Spec.Containers)
        {
            waiting[container.Name] = new ContainerStateWaiting { Reason = reason, Message = message };
        }

        if (lastWait != message)
        {
            lastWait = message;
            services.Logger.PodWaits(pod.Metadata.Namespace, pod.Metadata.Name, message);
            services.Events?.Warning(pod, "FailedMount", message);
        }
    }

    public ContainerPlan Decide(Pod pod, DateTimeOffset now)
    {
        foreach (var container in All(pod))
        {
            if (Last(container.Name) is { IsRunning: true } running)
            {
                probes.GetOrAdd(running.Id, _ => new ContainerProbes(
                    new ProbeTarget(
                        container, running, IPAddress.Parse(place!.PodIP ?? place.HostIP)), services.Time, wake));
            }
        }

        return ContainerPlan.Decide(pod, View, backoff, now);
    }

    /// <summary>Does what a plan says.</summary>
    /// <returns>Whether something changed, so that a new plan is due.</returns>
    public async Task<bool> ApplyAsync(
        Pod pod, ContainerPlan plan, PodLayout layout, CancellationToken cancellationToken)
    {
        var changed = false;
        HasFailedStart = false;
        foreach (var (record, reason) in plan.Stop)
        {
            services.Events?.Warning(pod, "Unhealthy", $"container {record.Name}: {reason}");
            services.Logger.ContainerRestarts(pod.Metadata.Namespace, pod.Metadata.Name, record.Name, reason);
            await StopAsync(pod, record, pod.Grace(), cancellationToken);
            changed = true;
        }

        foreach (var container in plan.Start)
        {
            changed |= await TryStartAsync(pod, container, layout, cancellationToken);
        }

        foreach (var (name, due) in plan.BackOff)
        {
            var message = $"restarting container {name} of pod {pod.Key} at {due:HH:mm:ss} UTC after it failed again";
            if (waiting.GetValueOrDefault(name)?.Message != message)
            {
                waiting[name] = new ContainerStateWaiting { Reason = "CrashLoopBackOff", Message = message };
                services.Events?.Warning(pod, "BackOff", message);
            }
        }

        return changed;
    }

    /// <summary>Ends all containers: main ones together, then sidecars from the last to the first.</summary>
    public async Task StopAllAsync(Pod pod, TimeSpan grace, CancellationToken cancellationToken)
    {
        uid = pod.Uid();
        var sidecars = (pod.Spec.InitContainers ?? []).Where(c => c.IsSidecar()).Select(c => c.Name).ToList();
        var since = services.Time.GetTimestamp();
        var running = services.Runtime.List(uid).Where(r => r.IsRunning).ToList();
        await Task.WhenAll(
            running.Where(r => !sidecars.Contains(r.Name)).Select(r => StopAsync(pod, r, grace, cancellationToken)));
        foreach (var record in running.Where(r => sidecars.Contains(r.Name))
            .OrderByDescending(r => sidecars.IndexOf(r.Name)))
        {
            var left = grace - services.Time.GetElapsedTime(since);
            await StopAsync(pod, record, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>Removes all records.</summary>
    public void Forget()
    {
        foreach (var record in services.Runtime.List(uid))
        {
            services.Runtime.Remove(record.Id);
        }
    }

    public async Task StopProbesAsync()
    {
        foreach (var probe in probes.Values)
        {
            await probe.DisposeAsync();
        }

        probes.Clear();
    }

    /// <summary>The pod's status.</summary>
    public PodStatus Observe(Pod pod, string? outcome, bool initialized, DateTimeOffset? startTime) =>
        PodStatusBuilder.Build(new PodObservation
        {
            Pod = pod,
            Now = services.Time.GetUtcNow(),
            NodeIP = services.NodeIP,
            PodIP = place?.PodIP ?? pod.Status.PodIP,
            StartTime = startTime,
            Runs = Runs,
            Probes = name => Last(name) is { IsRunning: true } last ? probes.GetValueOrDefault(last.Id) : null,
            Waiting = waiting,
            IsInitialized = initialized,
            Outcome = outcome,
        });

    private static IEnumerable<Container> All(Pod pod) => (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers);

    private List<ContainerRecord> Runs(string name) => [.. services.Runtime.List(uid).Where(r => r.Name == name)];

    private ContainerRecord? Last(string name) => Runs(name) is { Count: > 0 } runs ? runs[^1] : null;

    private ContainerView View(string name)
    {
        var last = Last(name);
        if (last is null || last.CreatedAt < lifeSince)
        {
            return new ContainerView(null, false, null);
        }

        var probe = probes.GetValueOrDefault(last.Id);
        return new ContainerView(last, probe?.IsStarted == true, probe?.Fatal);
    }

    private async Task<bool> TryStartAsync(
        Pod pod, Container container, PodLayout layout, CancellationToken cancellationToken)
    {
        try
        {
            await StartAsync(pod, container, layout, cancellationToken);
            waiting.Remove(container.Name);
            return true;
        }
        catch (PodWaitException e)
        {
            HasFailedStart = true;
            if (waiting.GetValueOrDefault(container.Name)?.Message != e.Message)
            {
                services.Events?.Warning(pod, "Failed", e.Message);
                services.Logger.PodWaits(pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
            }

            waiting[container.Name] = new ContainerStateWaiting { Reason = e.Reason, Message = e.Message };
            return false;
        }
    }

    private async Task StartAsync(Pod pod, Container container, PodLayout layout, CancellationToken cancellationToken)
    {
        var previous = Last(container.Name);
        var attempt = previous is null ? 0 : previous.Attempt + 1;
        var spec = await services.Specs.BuildAsync(pod, container, layout, attempt, cancellationToken) with
        {
            SharesProcessesOf = TargetOf(pod, container.Name),
        };
        if (previous is not null && previous.CreatedAt >= lifeSince)
        {
            backoff.Restarted(container.Name);
        }

        await DropOldRunsAsync(container.Name);
        var record = await services.Runtime.StartAsync(
            spec, directory.LogOf(container.Name, attempt), cancellationToken);
        if (!record.IsRunning)
        {
            services.Events?.Warning(pod, "Failed", $"container {container.Name}: {record.Message}");
            services.Logger.ContainerNotStarted(
                pod.Metadata.Namespace, pod.Metadata.Name, container.Name, record.Message);
            return;
        }

        services.Events?.Normal(pod, "Started", $"started container {container.Name}");
        if (container.Lifecycle?.PostStart is { } hook)
        {
            var outcome = await RunHookAsync(container, record, hook, HookMax, cancellationToken);
            if (!outcome.Success)
            {
                services.Events?.Warning(pod, "FailedPostStartHook", $"container {container.Name}: {outcome.Message}");
                await services.Runtime.StopAsync(record.Id, pod.Grace(), cancellationToken);
            }
        }
    }

    private ProcessIdentity? TargetOf(Pod pod, string name)
    {
        var target = pod.Spec.EphemeralContainers?.FirstOrDefault(c => c.Name == name)?.TargetContainerName;
        if (string.IsNullOrEmpty(target))
        {
            return null;
        }

        return Last(target) is { IsRunning: true, Process: { } process }
            ? process
            : throw new PodWaitException(
                PodWaitException.ConfigError, $"targetContainerName: container \"{target}\" does not run");
    }

    private async Task StopAsync(Pod pod, ContainerRecord record, TimeSpan grace, CancellationToken cancellationToken)
    {
        services.Events?.Normal(pod, "Killing", $"stopping container {record.Name}");
        var since = services.Time.GetTimestamp();
        var container = All(pod).FirstOrDefault(c => c.Name == record.Name);
        if (container?.Lifecycle?.PreStop is { } hook && grace > TimeSpan.Zero && place is not null)
        {
            await RunHookAsync(container, record, hook, grace, cancellationToken);
        }

        var left = grace - services.Time.GetElapsedTime(since);
        await services.Runtime.StopAsync(record.Id, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        if (probes.TryRemove(record.Id, out var probe))
        {
            await probe.DisposeAsync();
        }
    }

    private async Task<ProbeOutcome> RunHookAsync(
        Container container, ContainerRecord record, LifecycleHandler hook, TimeSpan limit,
            CancellationToken cancellationToken)
    {
        if (hook.Sleep is { } sleep)
        {
            var time = TimeSpan.FromSeconds(sleep.Seconds);
            await Task.Delay(time < limit ? time : limit, services.Time, cancellationToken);
            return new ProbeOutcome(true, "");
        }

        using var executor = new ProbeExecutor(
            new ProbeTarget(container, record, IPAddress.Parse(place!.PodIP ?? place.HostIP)));
        return await executor.RunAsync(hook, limit, cancellationToken);
    }

    private async Task DropOldRunsAsync(string name)
    {
        var runs = Runs(name);
        foreach (var old in runs.Take(runs.Count - 1))
        {
            services.Runtime.Remove(old.Id);
            directory.DeleteLog(old);
        }

        foreach (var ended in runs.Where(r => !r.IsRunning))
        {
            if (probes.TryRemove(ended.Id, out var probe))
            {
                await probe.DisposeAsync();
            }
        }
    }
}
