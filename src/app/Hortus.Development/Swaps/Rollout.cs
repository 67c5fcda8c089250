using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Development.Swaps;

/// <summary>Follows the rollout of an image to the Deployments of a component.</summary>
/// <param name="runtime">The cluster of the Deployments.</param>
/// <param name="image">The image, with its tag.</param>
public sealed class Rollout(KubernetesClient runtime, string image)
{
    // Once is an accident: a component ends when it loses what it depends on.
    private const int RestartsMax = 1;

    // Of the log of a container that ends.
    private const int LinesMax = 3;
    private const int LineMax = 400;

    /// <summary>Completes when all replicas run the image and are ready.</summary>
    /// <exception cref="SwapFailedException">A container of the image ends again and again, or cannot be started.</exception>
    public async Task WaitAsync(ComponentWorkload workload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (await Race.FirstAsync<string?>([ReadyAsync, async token => await FaultAsync(workload, RestartsMax, token)], cancellationToken)
            is { } fault)
        {
            throw new SwapFailedException(fault);
        }

        async Task<string?> ReadyAsync(CancellationToken token)
        {
            await runtime.UntilAsync<Deployment>(
                workload.Deployment, current => IsAskedFor(current) && WorkloadHealth.IsRolledOut(current), token);
            return null;
        }
    }

    /// <summary>Completes when a pod with the image leads.</summary>
    /// <returns>The pod; null when nobody led before, so that nobody has to.</returns>
    public async Task<string?> LeaderAsync(ComponentWorkload workload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (workload.Lease is not { } key)
        {
            return null;
        }

        await foreach (var lease in runtime.StatesAsync<Lease>(key, cancellationToken))
        {
            if (lease?.Spec.HolderIdentity is { Length: > 0 } holder
                && await runtime.FindAsync<Pod>(key with { Name = holder }, cancellationToken) is { } pod && HasImage(pod))
            {
                return holder;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>What pods of the image that are not ready say of themselves; empty when they say nothing.</summary>
    public async Task<string> PodsAsync(ComponentWorkload workload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workload);
        if (await runtime.FindAsync<Deployment>(workload.Deployment, cancellationToken) is not { } deployment)
        {
            return $"there is no Deployment {workload.Deployment}";
        }

        var options = new ListOptions
        {
            Namespace = workload.Deployment.Namespace,
            LabelSelector = ComponentWorkloads.SelectorOf(deployment),
        };
        return PodFault.NewestOf((await runtime.ListAsync<Pod>(options, cancellationToken)).Items.Where(HasImage));
    }

    /// <summary>What is wrong with a pod of the image, once one ends too often, or cannot be started; runs until cancelled while none
    /// does.</summary>
    /// <param name="workload">The Deployment.</param>
    /// <param name="restartsMax">How often a container may end.</param>
    /// <param name="cancellationToken">Ends watching.</param>
    public async Task<string> FaultAsync(ComponentWorkload workload, int restartsMax, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var deployment = await runtime.GetAsync<Deployment>(workload.Deployment, cancellationToken);
        var options = new WatchOptions
        {
            Namespace = deployment.Metadata.Namespace,
            LabelSelector = ComponentWorkloads.SelectorOf(deployment),
        };
        while (true)
        {
            await foreach (var change in runtime.WatchAsync<Pod>(options, cancellationToken))
            {
                if (change.Type is WatchEventType.Added or WatchEventType.Modified && HasImage(change.Object)
                    && IsHopeless(change.Object, restartsMax))
                {
                    return $"{PodFault.Of(change.Object)}{await LastWordsAsync(change.Object, cancellationToken)}";
                }
            }
        }
    }

    private static bool IsHopeless(Pod pod, int restartsMax) => pod.Status.ContainerStatuses?.Any(status =>
        status.RestartCount > restartsMax
        || (status.RestartCount == restartsMax && status.State?.Terminated is { ExitCode: not 0 })
        || status.State?.Waiting?.Reason is "ErrImageNeverPull" or "CreateContainerConfigError" or "CreateContainerError") == true;

    private async Task<string> LastWordsAsync(Pod pod, CancellationToken cancellationToken)
    {
        var said = new List<string>();
        try
        {
            var options = new PodLogOptions
            {
                Container = pod.Spec.Containers[0].Name,
                TailLines = LinesMax,
                Previous = pod.Status.ContainerStatuses?.Any(status => status.State?.Running is not null) == true,
            };
            await foreach (var line in runtime.ReadLogAsync(pod.Key, options, cancellationToken))
            {
                said.Add(line);
            }
        }
        catch (Exception gone) when (gone is ApiException or IOException or HttpRequestException)
        {
            // The fault is known without its log.
        }

        return string.Concat(said.Select(line => "\n    " + (line.Length > LineMax ? line[..LineMax] + " ..." : line)));
    }

    private bool IsAskedFor(Deployment? deployment) =>
        deployment?.Spec.Template.Spec.Containers.Any(container => container.Image == image) == true;

    private bool HasImage(Pod pod) => pod.Spec.Containers.Any(container => container.Image == image);
}
