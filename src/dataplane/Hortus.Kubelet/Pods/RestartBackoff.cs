using Hortus.Kubelet.Containers;
using Hortus.Runtime;

namespace Hortus.Kubelet.Pods;

/// <summary>How long to wait before a container is started again: not at all the first time, then 10 s doubling to 5
/// min; a run of 10 min forgets the past.</summary>
internal sealed class RestartBackoff
{
    private static readonly DoublingPause Pause = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(10);
    private readonly Dictionary<string, int> restarts = [];

    /// <summary>When a container that ended may start again.</summary>
    public DateTimeOffset Due(ContainerRecord last)
    {
        if (last.FinishedAt - (last.StartedAt ?? last.CreatedAt) >= Healthy)
        {
            restarts.Remove(last.Name);
        }

        return (last.FinishedAt ?? last.CreatedAt) + Delay(restarts.GetValueOrDefault(last.Name));
    }

    /// <summary>Counts a restart.</summary>
    public void Restarted(string container) => restarts[container] = restarts.GetValueOrDefault(container) + 1;

    private static TimeSpan Delay(int count) => count == 0 ? TimeSpan.Zero : Pause.After(count);
}
