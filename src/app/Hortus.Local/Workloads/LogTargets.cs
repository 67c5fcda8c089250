using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Workloads;

/// <summary>Finds out whose logs somebody means by a name.</summary>
/// <param name="cluster">The cluster of the components.</param>
/// <param name="garden">The virtual garden; null when it was never ready.</param>
public sealed class LogTargets(IKubernetesClient cluster, IKubernetesClient? garden)
{
    private const string Gardenlet = "gardenlet";

    /// <summary>A component by its name, or a shoot by <c>NAMESPACE/NAME</c> or, when no component has it, by its name.</summary>
    /// <exception cref="LocalGardenException">Nobody has the name, or several have.</exception>
    public async Task<LogSource> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Split('/') is [{ Length: > 0 } space, { Length: > 0 } shoot])
        {
            return Of(await ShootAsync(new ObjectKey(space, shoot), cancellationToken));
        }

        var pods = await ComponentPods.ListAsync(cluster, cancellationToken);
        if (ComponentPods.Matching(pods, name) is { Count: > 0 } found)
        {
            var workloads = found.Select(pod => (pod.Pod.Metadata.Namespace, pod.Workload)).ToHashSet();
            return new LogSource(pod => workloads.Contains((pod.Metadata.Namespace, ComponentPods.WorkloadOf(pod))), _ => null);
        }

        var shoots = garden is null ? [] : (await garden.ListAsync<Shoot>(ListOptions.All, cancellationToken)).Items
            .Where(candidate => candidate.Metadata.Name == name).ToArray();
        return shoots switch
        {
            [] => throw new LocalGardenException(
                $"neither a component nor a shoot is called \"{name}\"; the components are "
                + string.Join(", ", pods.Select(pod => pod.Workload).Distinct().Order())),
            [{ } only] => Of(only),
            _ => throw new LocalGardenException(
                $"there are shoots {string.Join(", ", shoots.Select(s => s.Key))}; name one with its namespace"),
        };
    }

    private async Task<Shoot> ShootAsync(ObjectKey key, CancellationToken cancellationToken) => garden is null
        ? throw new LocalGardenException("the garden was never ready, so there are no shoots")
        : await garden.FindAsync<Shoot>(key, cancellationToken) ?? throw new LocalGardenException($"there is no shoot {key}");

    // Its control plane, and what gardenlets say about it.
    private static LogSource Of(Shoot shoot)
    {
        var space = shoot.Status?.TechnicalID is { Length: > 0 } technical
            ? technical
            : throw new LocalGardenException($"shoot {shoot.Key} has no control plane yet: no seed has begun with it");
        var names = new[] { shoot.Key.ToString(), space };
        return new LogSource(
            pod => pod.Metadata.Namespace == space || ComponentPods.WorkloadOf(pod) == Gardenlet,
            pod => pod.Metadata.Namespace == space
                ? null
                : line => names.Any(name => line.Contains(name, StringComparison.Ordinal)),
            shoot.Status.SeedName ?? shoot.Spec.SeedName);
    }
}
