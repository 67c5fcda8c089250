using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Probes;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>What a pod's status is made of.</summary>
internal sealed record PodObservation
{
    public required Pod Pod { get; init; }

    public required DateTimeOffset Now { get; init; }

    public required string NodeIP { get; init; }

    public string? PodIP { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    /// <summary>The last two runs of each container, oldest first.</summary>
    public required Func<string, IReadOnlyList<ContainerRecord>> Runs { get; init; }

    public required Func<string, ContainerProbes?> Probes { get; init; }

    /// <summary>Why a container does not run.</summary>
    public required IReadOnlyDictionary<string, ContainerStateWaiting> Waiting { get; init; }

    public bool IsInitialized { get; init; }

    /// <summary><c>Succeeded</c> or <c>Failed</c> when the pod is over.</summary>
    public string? Outcome { get; init; }
}

/// <summary>Computes pod status from observations.</summary>
internal static class PodStatusBuilder
{
    private const string DefaultWaiting = "ContainerCreating";
    private static readonly string[] OwnConditions = ["PodReadyToStartContainers", "Initialized", "ContainersReady",
        "Ready", "PodScheduled"];

    public static PodStatus Build(PodObservation seen)
    {
        var pod = seen.Pod;
        var inits = (pod.Spec.InitContainers ?? []).Select(c => StatusOf(seen, c, isInit: true)).ToList();
        var mains = pod.Spec.Containers.Select(c => StatusOf(seen, c, isInit: false)).ToList();
        var debug = pod.DebugContainers().Select(c => StatusOf(seen, c, isInit: false)).ToList();
        var hostIP = seen.NodeIP;
        return new PodStatus
        {
            ObservedGeneration = pod.Metadata.Generation,
            Phase = PhaseOf(seen, mains),
            Conditions = Conditions(seen, mains, inits),
            HostIP = hostIP,
            HostIPs = [new HostIP { Ip = hostIP }],
            PodIP = seen.PodIP,
            PodIPs = seen.PodIP is null ? null : [new PodIP { Ip = seen.PodIP }],
            StartTime = seen.StartTime,
            InitContainerStatuses = inits.Count == 0 ? null : inits,
            ContainerStatuses = mains,
            EphemeralContainerStatuses = debug.Count == 0 ? null : debug,
            QosClass = pod.Status.QosClass ?? pod.QosClass(),
        };
    }

    private static string PhaseOf(PodObservation seen, List<ContainerStatus> mains)
    {
        if (seen.Outcome is { } outcome)
        {
            return outcome;
        }

        return mains.Exists(c => c.State?.Waiting is not null && c.RestartCount == 0 && c.LastState is null) ? "Pending"
            : "Running";
    }

    private static ContainerStatus StatusOf(PodObservation seen, Container container, bool isInit)
    {
        var runs = seen.Runs(container.Name);
        var last = runs.Count > 0 ? runs[^1] : null;
        var waiting = seen.Waiting.GetValueOrDefault(container.Name);
        var running = last?.IsRunning == true;
        var probes = running ? seen.Probes(container.Name) : null;
        var willRun = !running && (waiting is not null || last is null);
        var previous = willRun ? last : runs.Count > 1 ? runs[^2] : null;
        var succeeded = isInit && last is { ExitCode: 0, IsRunning: false };
        return new ContainerStatus
        {
            Name = container.Name,
            State = running ? Running(last!)
                : willRun
                    ? new ContainerState
                    {
                        Waiting = waiting
                        ?? new ContainerStateWaiting { Reason = Default(seen, isInit) }
                    }
                : Terminated(last!),
            LastState = previous is { FinishedAt: not null } ? Terminated(previous) : null,
            Ready = succeeded || (running && probes?.IsReady == true),
            Started = running && probes?.IsStarted == true,
            RestartCount = last?.Attempt ?? 0,
            Image = container.Image ?? "",
            ImageID = last is null ? "" : $"local://{container.Image}",
            ContainerID = last is null ? null : $"hortus://{last.Id}",
            // Programs of the machine are not held to them, so what is asked for is in force at once.
            Resources = running ? container.Resources : null,
            AllocatedResources = running ? container.Resources?.Requests : null,
        };
    }

    private static string Default(PodObservation seen, bool isInit) =>
        !isInit && !seen.IsInitialized && seen.Pod.Spec.InitContainers?.Count > 0 ? "PodInitializing" : DefaultWaiting;

    private static ContainerState Running(ContainerRecord record) =>
        new() { Running = new ContainerStateRunning { StartedAt = record.StartedAt } };

    private static ContainerState Terminated(ContainerRecord record) => new()
    {
        Terminated = new ContainerStateTerminated
        {
            ExitCode = record.ExitCode ?? 0,
            Reason = record.Reason,
            Message = record.Message,
            StartedAt = record.StartedAt ?? record.CreatedAt,
            FinishedAt = record.FinishedAt,
            ContainerID = $"hortus://{record.Id}",
        },
    };

    private static IReadOnlyList<PodCondition> Conditions(
        PodObservation seen, List<ContainerStatus> mains, List<ContainerStatus> inits)
    {
        var over = seen.Outcome is not null;
        var sidecars = (seen.Pod.Spec.InitContainers ?? []).Where(c => c.IsSidecar()).Select(c => c.Name).ToHashSet();
        var unready = mains.Concat(inits.Where(i => sidecars.Contains(i.Name))).Where(c => !c.Ready).Select(c => c.Name)
            .ToList();
        var gates = (seen.Pod.Spec.ReadinessGates ?? []).Select(g => g.ConditionType)
            .Where(type => seen.Pod.Status.Conditions?.FirstOrDefault(c => c.Type == type)?.Status != "True").ToList();
        var containersReady = !over && unready.Count == 0;
        var reason = over ? "PodCompleted" : "ContainersNotReady";
        var message = over ? null : $"containers with unready status: [{string.Join(' ', unready)}]";
        var initialized = seen.IsInitialized || seen.Outcome == "Succeeded";
        List<(string Type, bool Value, string? Reason, string? Message)> own =
        [
            ("PodReadyToStartContainers", seen.PodIP is not null && !over, null, null),
            ("Initialized", initialized, initialized ? null : "ContainersNotInitialized", null),
            ("ContainersReady", containersReady, containersReady ? null : reason, containersReady ? null : message),
            ("Ready", containersReady && gates.Count == 0,
                !containersReady ? reason : gates.Count > 0 ? "ReadinessGatesNotReady" : null,
                !containersReady ? message : gates.Count > 0 ? $"readiness gates not met: {string.Join(", ", gates)}"
                    : null),
            ("PodScheduled", true, null, null),
        ];
        var foreign = (seen.Pod.Status.Conditions ?? []).Where(c => !OwnConditions.Contains(c.Type));
        return [.. own.Select(c => Condition(seen, c)), .. foreign];
    }

    private static PodCondition Condition(
        PodObservation seen, (string Type, bool Value, string? Reason, string? Message) want)
    {
        var status = want.Value ? "True" : "False";
        var old = seen.Pod.Status.Conditions?.FirstOrDefault(c => c.Type == want.Type);
        return new PodCondition
        {
            Type = want.Type,
            Status = status,
            ObservedGeneration = seen.Pod.Metadata.Generation,
            LastTransitionTime = old?.Status == status ? old.LastTransitionTime : seen.Now,
            Reason = want.Reason,
            Message = want.Message,
        };
    }
}
