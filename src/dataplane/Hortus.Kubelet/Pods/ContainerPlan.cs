using Hortus.Kubelet.Containers;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>What is known about one container of a pod right now.</summary>
/// <param name="Last">Latest run since the pod's namespaces were made; null when there is none.</param>
/// <param name="IsStarted">Whether its startup probe succeeded.</param>
/// <param name="Fatal">Why a probe wants it restarted; null when none does.</param>
internal sealed record ContainerView(ContainerRecord? Last, bool IsStarted, string? Fatal);

/// <summary>What to do next for a pod.</summary>
internal sealed record ContainerPlan
{
    /// <summary>Containers to start now, in this order.</summary>
    public List<Container> Start { get; } = [];

    /// <summary>Running containers to end now, with the reason; the next plan starts them again.</summary>
    public List<(ContainerRecord Record, string Reason)> Stop { get; } = [];

    /// <summary>Containers that wait for their back-off, until when.</summary>
    public Dictionary<string, DateTimeOffset> BackOff { get; } = [];

    /// <summary><c>Succeeded</c> or <c>Failed</c> when the pod is over; null otherwise.</summary>
    public string? Outcome { get; private set; }

    /// <summary>Whether all init containers have done their work.</summary>
    public bool IsInitialized { get; private set; }

    /// <summary>Decides from what is known; starts nothing itself.</summary>
    public static ContainerPlan Decide(
        Pod pod, Func<string, ContainerView> view, RestartBackoff backoff, DateTimeOffset now)
    {
        var plan = new ContainerPlan();
        var mainRan = pod.Spec.Containers.Any(c => view(c.Name).Last is not null);
        plan.IsInitialized = true;
        foreach (var init in pod.Spec.InitContainers ?? [])
        {
            if (!plan.AddInit(pod, init, view(init.Name), backoff, now, mainRan))
            {
                plan.IsInitialized = mainRan;
                return plan;
            }
        }

        foreach (var container in pod.Spec.Containers)
        {
            plan.AddMain(pod, container, view(container.Name), backoff, now);
        }

        plan.Conclude(pod, view);
        if (plan.Outcome is null)
        {
            // They run once, whatever becomes of them, and the pod does not depend on them.
            plan.Start.AddRange(pod.DebugContainers().Where(c => view(c.Name).Last is null));
        }

        return plan;
    }

    private bool AddInit(
        Pod pod, Container init, ContainerView view, RestartBackoff backoff, DateTimeOffset now, bool mainRan)
    {
        if (init.IsSidecar())
        {
            AddRunning(init, view, restart: true, backoff, now);
            return mainRan || (view.Last?.IsRunning == true && view.IsStarted);
        }

        if (mainRan || view.Last is { IsRunning: false, ExitCode: 0 })
        {
            return true;
        }

        if (view.Last is { IsRunning: false } && pod.Spec.RestartPolicy == "Never")
        {
            Outcome = "Failed";
            return false;
        }

        AddRunning(init, view, restart: true, backoff, now);
        return false;
    }

    private void AddMain(Pod pod, Container container, ContainerView view, RestartBackoff backoff, DateTimeOffset now)
    {
        var restart = pod.Spec.RestartPolicy switch
        {
            "Never" => false,
            "OnFailure" => view.Last?.ExitCode != 0,
            _ => true,
        };
        AddRunning(container, view, restart, backoff, now);
    }

    private void AddRunning(
        Container container, ContainerView view, bool restart, RestartBackoff backoff, DateTimeOffset now)
    {
        switch (view.Last)
        {
            case null:
                Start.Add(container);
                break;
            case { IsRunning: true } running:
                if (view.Fatal is { } reason)
                {
                    Stop.Add((running, reason));
                }
                else if (running.Image != container.Image)
                {
                    Stop.Add((running, "its image was changed in the pod"));
                }

                break;
            case { } ended when restart:
                var due = backoff.Due(ended);
                if (due <= now)
                {
                    Start.Add(container);
                }
                else
                {
                    BackOff[container.Name] = due;
                }

                break;
        }
    }

    private void Conclude(Pod pod, Func<string, ContainerView> view)
    {
        var mains = pod.Spec.Containers.Select(c => view(c.Name).Last).ToList();
        var over = Start.All(c => c.IsSidecar()) &&
            BackOff.Keys.All(name => pod.Spec.Containers.All(c => c.Name != name)) &&
            mains.TrueForAll(r => r is { IsRunning: false });
        if (over)
        {
            Outcome = mains.TrueForAll(r => r!.ExitCode == 0) ? "Succeeded" : "Failed";
            Start.Clear();
        }
    }
}
