using Hortus.Components;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Judges the health of a shoot by what was read. Pure.</summary>
internal static class ShootHealth
{
    /// <summary>Whether the API server answers.</summary>
    /// <param name="fault">Why not, or null.</param>
    public static HealthCheckResult ApiServer(string? fault) => fault is null
        ? Good(GardenerConditions.APIServerAvailable, "HealthzRequestSucceeded", "API server answers requests.")
        : Bad(GardenerConditions.APIServerAvailable, "HealthzRequestFailed", $"API server does not answer: {fault}");

    /// <summary>Whether everything that runs in the seed for the shoot does so.</summary>
    /// <param name="resources">All ManagedResources of the shoot's namespace.</param>
    /// <param name="extensions">All extension objects of the shoot's namespace.</param>
    /// <param name="now">Time of the check.</param>
    public static HealthCheckResult ControlPlane(
        IReadOnlyList<ManagedResource> resources, IReadOnlyList<Ext.ExtensionObject> extensions, DateTimeOffset now)
    {
        string[] wanted = [ShootNames.ApiServer, ShootNames.KubeControllerManager, ShootNames.ResourceManager];
        var faults = wanted.Where(name => resources.All(r => r.Metadata.Name != name)).Select(name => $"ManagedResource {name} is missing")
            .Concat(Faults(resources.Where(r => r.Spec.Class == ManagedResourceSettings.SeedClass), now))
            .Concat(extensions.Where(e => e.ExtensionStatus.LastError is not null)
                .Select(e => $"{e.Kind} {e.Metadata.Name}: {e.ExtensionStatus.LastError!.Description}"))
            .ToArray();
        return faults.Length == 0
            ? Good(GardenerConditions.ControlPlaneHealthy, "ControlPlaneRunning", "All control plane components are healthy.")
            : Bad(GardenerConditions.ControlPlaneHealthy, "ControlPlaneUnhealthy", string.Join("; ", faults));
    }

    /// <summary>Whether there are as many nodes as wanted, and all are ready.</summary>
    /// <param name="workers">The pools.</param>
    /// <param name="nodes">The nodes; null when the API server does not answer.</param>
    public static HealthCheckResult Nodes(IReadOnlyList<Worker> workers, IReadOnlyList<Node>? nodes)
    {
        if (nodes is null)
        {
            return new(
                GardenerConditions.EveryNodeReady, null, "APIServerDown", "Nodes cannot be read because the API server does not answer.");
        }

        var faults = workers
            .Select(pool => (
                pool.Name,
                pool.Minimum,
                Count: nodes.Count(n => n.Metadata.Labels?.GetValueOrDefault(GardenerLabels.WorkerPool) == pool.Name)))
            .Where(pool => pool.Count < pool.Minimum)
            .Select(pool => $"worker pool {pool.Name} has {pool.Count} of at least {pool.Minimum} nodes")
            .Concat(nodes.Where(n => !IsReady(n)).Select(n => $"Node {n.Metadata.Name} is not ready"))
            .ToArray();
        return faults.Length == 0
            ? Good(GardenerConditions.EveryNodeReady, "EveryNodeReady", "All nodes are ready.")
            : Bad(GardenerConditions.EveryNodeReady, "NodesUnhealthy", string.Join("; ", faults));
    }

    /// <summary>Whether the parts inside the shoot are as they should be: what is applied there, and every pod of kube-system that
    /// is meant to run.</summary>
    /// <param name="resources">All ManagedResources of the shoot's namespace.</param>
    /// <param name="pods">Pods of kube-system; null when the API server does not answer.</param>
    /// <param name="now">Time of the check.</param>
    public static HealthCheckResult SystemComponents(
        IReadOnlyList<ManagedResource> resources, IReadOnlyList<Pod>? pods, DateTimeOffset now)
    {
        if (pods is null)
        {
            return new(
                GardenerConditions.SystemComponentsHealthy, null, "APIServerDown",
                "Pods cannot be read because the API server does not answer.");
        }

        var faults = Faults(resources.Where(r => r.Spec.Class != ManagedResourceSettings.SeedClass), now)
            .Concat(pods
                .Where(pod => pod.Status?.Phase is not ("Succeeded" or "Failed") && !IsReady(pod))
                .Select(pod => $"Pod kube-system/{pod.Metadata.Name} is not ready"))
            .ToArray();
        return faults.Length == 0
            ? Good(GardenerConditions.SystemComponentsHealthy, "SystemComponentsRunning", "All system components are healthy.")
            : Bad(GardenerConditions.SystemComponentsHealthy, "SystemComponentsUnhealthy", string.Join("; ", faults));
    }

    private static IEnumerable<string> Faults(IEnumerable<ManagedResource> resources, DateTimeOffset now) =>
        from resource in resources
        let fault = ManagedResourceHealth.Fault(resource, now)
        where fault is not null
        select $"ManagedResource {resource.Metadata.Name}: {fault}";

    private static bool IsReady(Node node) => node.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private static bool IsReady(Pod pod) => pod.Status?.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private static HealthCheckResult Good(string type, string reason, string message) => new(type, true, reason, message);

    private static HealthCheckResult Bad(string type, string reason, string message) => new(type, false, reason, message);
}
