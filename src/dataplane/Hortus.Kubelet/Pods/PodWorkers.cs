using System.Collections.Concurrent;
using Hortus.Kubelet.Containers;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Pods;

/// <summary>One worker for each pod of the node.</summary>
internal sealed class PodWorkers
{
    private readonly PodServices services;
    private readonly ConcurrentDictionary<string, PodWorker> workers = new();
    private readonly CancellationTokenSource stopping = new();

    public PodWorkers(PodServices services)
    {
        this.services = services;
        services.Runtime.OnEnded = uid => workers.GetValueOrDefault(uid)?.Wake();
    }

    /// <summary>Called with the UID of a static pod whose mirror was deleted.</summary>
    public Action<string> OnStaticVanished { get; set; } = _ => { };

    /// <summary>The pods with their latest status.</summary>
    public IReadOnlyList<Pod> List() =>
        [.. workers.Values.Select(w => w.Status is { } status ? w.Pod with { Status = status } : w.Pod)];

    /// <summary>The pod of this name, or null.</summary>
    public Pod? Find(ObjectKey key) => workers.Values.FirstOrDefault(w => w.Pod.Key == key)?.Pod;

    /// <summary>Whether a worker takes care of the pod.</summary>
    public bool Has(string uid) => workers.ContainsKey(uid);

    /// <summary>Takes a new pod or a new version of one.</summary>
    public void Apply(Pod pod)
    {
        var uid = pod.Uid();
        if (uid.Length == 0)
        {
            return;
        }

        // A pod that took the name of another one proves that the other one is gone.
        foreach (var other in workers.Values.Where(
            w => w.Pod.Key == pod.Key && w.Pod.Uid() != uid && !w.Pod.IsStatic()))
        {
            other.Vanish();
        }

        if (workers.TryGetValue(uid, out var known))
        {
            known.Update(pod);
            return;
        }

        var worker = new PodWorker(services, pod);
        workers[uid] = worker;
        worker.Start(stopping.Token);
        worker.Work.ContinueWith(_ => workers.TryRemove(uid, out PodWorker? _), CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The API has no pod of this name any more.</summary>
    public void Vanish(ObjectKey key)
    {
        foreach (var worker in workers.Values.Where(w => w.Pod.Key == key))
        {
            if (worker.Pod.IsStatic())
            {
                OnStaticVanished(worker.Pod.Uid());
            }
            else
            {
                worker.Vanish();
            }
        }
    }

    /// <summary>A static pod's manifest is gone.</summary>
    public void VanishStatic(string uid) => workers.GetValueOrDefault(uid)?.Vanish();

    /// <summary>Makes the pod's status be written again.</summary>
    public void Report(string uid)
    {
        services.Reporter.Forget(uid);
        workers.GetValueOrDefault(uid)?.Wake();
    }

    /// <summary>Looks at all pods again, because something that many wait for is there now.</summary>
    public void WakeAll()
    {
        foreach (var worker in workers.Values)
        {
            worker.Wake();
        }
    }

    /// <summary>Ends what belongs to no pod: containers and network of pods that vanished while no kubelet
    /// ran.</summary>
    public async Task RemoveOrphansAsync(CancellationToken cancellationToken)
    {
        foreach (var record in services.Runtime.List().Where(r => !Has(r.PodUid)))
        {
            services.Logger.OrphanRemoved(record.PodNamespace, record.PodName, record.Name);
            await services.Runtime.StopAsync(record.Id, TimeSpan.FromSeconds(1), cancellationToken);
            services.Runtime.Remove(record.Id);
        }

        foreach (var uid in services.Network.Owners().Where(uid => !Has(uid)))
        {
            await services.Network.DetachAsync(uid, cancellationToken);
        }

        RemoveFolders();
    }

    /// <summary>Ends the workers; the containers go on.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(workers.Values.Select(w => w.Work)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private void RemoveFolders()
    {
        var pods = Path.Combine(services.Options.RootDirectory, "pods");
        foreach (var folder in Directory.Exists(pods) ? Directory.GetDirectories(pods) : [])
        {
            if (!Has(Path.GetFileName(folder)))
            {
                new Hortus.Host.MountTable(new Hortus.Host.ProcessRunner()).UnmountBelow(folder);
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
