using System.Collections.Concurrent;
using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Pods;

/// <summary>Runs the pods of a folder of manifests and shows them in the API as mirror pods.</summary>
internal sealed class StaticPods(
    PodWorkers workers, PodObjects objects, KubeletOptions options, TimeProvider time, ILogger logger)
{
    private const string HashAnnotation = "kubernetes.io/config.hash";
    private const string SourceAnnotation = "kubernetes.io/config.source";
    private static readonly TimeSpan ScanPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MirrorPeriod = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, (DateTime Version, Pod Pod)> files = [];
    private readonly ConcurrentDictionary<string, bool> mirrored = new();

    /// <summary>Follows the folder until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        workers.OnStaticVanished = uid => mirrored.TryRemove(uid, out _);
        using var timer = new PeriodicTimer(ScanPeriod, time);
        var mirrorAt = 0L;
        do
        {
            Scan();
            if (objects.Client is not null &&
                (mirrored.Count < files.Count || time.GetElapsedTime(mirrorAt) > MirrorPeriod))
            {
                mirrorAt = time.GetTimestamp();
                await MirrorAllAsync(cancellationToken);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <summary>Reads the folder once.</summary>
    public void Scan()
    {
        var folder = options.PodManifestPath!;
        var found = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".json" or ".yaml" or ".yml").ToList()
            : [];
        foreach (var gone in files.Keys.Except(found).ToList())
        {
            workers.VanishStatic(files[gone].Pod.Uid());
            mirrored.TryRemove(files[gone].Pod.Uid(), out _);
            files.Remove(gone);
        }

        foreach (var path in found)
        {
            var version = File.GetLastWriteTimeUtc(path);
            if (!files.TryGetValue(path, out var known) || known.Version != version)
            {
                Take(path, version, known.Pod);
            }
        }
    }

    private void Take(string path, DateTime version, Pod? before)
    {
        Pod pod;
        try
        {
            pod = Complete(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or JsonException or KubeletException)
        {
            logger.ManifestRefused(path, e.Message);
            return;
        }

        if (before is not null && before.Uid() != pod.Uid())
        {
            workers.VanishStatic(before.Uid());
            mirrored.TryRemove(before.Uid(), out _);
        }

        files[path] = (version, pod);
        workers.Apply(pod);
    }

    private Pod Complete(string text, string path)
    {
        var pod = ManifestReader.Read(text);
        if (pod.Metadata.Name is not { Length: > 0 } name || pod.Spec.Containers.Count == 0)
        {
            throw new KubeletException("metadata.name and spec.containers are required");
        }

        var hash = PodFacts.ShortHash($"{options.NodeName}\n{path}\n{text}", 32);
        var annotations = new Dictionary<string, string>(pod.Metadata.Annotations ?? new Dictionary<string, string>())
        {
            [HashAnnotation] = hash,
            [SourceAnnotation] = "file",
        };
        return pod with
        {
            Metadata = pod.Metadata with
            {
                Name = $"{name}-{options.NodeName}",
                Namespace = pod.Metadata.Namespace ?? "default",
                Uid = hash,
                Annotations = annotations,
            },
            Spec = pod.Spec with
            {
                NodeName = options.NodeName,
                Tolerations = [.. pod.Spec.Tolerations
                    ?? [], new Toleration { Operator = "Exists", Effect = "NoExecute" }],
            },
        };
    }

    private async Task MirrorAllAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, pod) in files.Values.ToList())
        {
            try
            {
                await MirrorAsync(pod, cancellationToken);
                mirrored[pod.Uid()] = true;
            }
            catch (Exception e)
                when (e is HttpRequestException or Client.ApiException or TimeoutException or PodWaitException)
            {
                logger.MirrorNotMade(pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
                mirrored.TryRemove(pod.Uid(), out _);
            }
        }
    }

    private async Task MirrorAsync(Pod pod, CancellationToken cancellationToken)
    {
        var client = objects.Client!;
        var shown = await objects.FindAsync<Pod>(pod.Key, cancellationToken);
        if (shown?.Metadata.Annotations?.GetValueOrDefault(MirrorPods.Annotation) == pod.Uid() &&
            shown.Metadata.DeletionTimestamp is null)
        {
            return;
        }

        if (shown is not null)
        {
            await client.DeleteAsync<Pod>(
                pod.Key, new Client.DeleteOptions { GracePeriodSeconds = 0, PreconditionUid = shown.Metadata.Uid },
                    cancellationToken);
        }

        var node = await objects.FindAsync<Node>(ObjectKey.Cluster(options.NodeName), cancellationToken);
        await client.CreateAsync(
            pod with
            {
                Metadata = pod.Metadata with
                {
                    Uid = null,
                    Annotations = new Dictionary<string, string>(
                        pod.Metadata.Annotations!)
                    { [MirrorPods.Annotation] = pod.Uid() },
                    OwnerReferences = node is null
                        ? null
                        : [new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = options.NodeName,
                            Uid = node.Metadata.Uid!, Controller = true }],
                },
                Status = new PodStatus(),
            },
            cancellationToken);
        workers.Report(pod.Uid());
    }
}
