namespace Hortus.ResourceManager.Webhooks.HighAvailability;

/// <summary>What is around a workload.</summary>
/// <param name="Needs">What its namespace says.</param>
/// <param name="ReplicasMax">Most replicas that its autoscaler makes; null when it has none.</param>
/// <param name="HasManyNodes">Whether the cluster has more than one node.</param>
internal sealed record WorkloadSurroundings(AvailabilityNeeds Needs, int? ReplicasMax, bool HasManyNodes);

/// <summary>How long pods stay on nodes that are gone; null leaves it to the cluster.</summary>
/// <param name="NotReady">On a node that is not ready.</param>
/// <param name="Unreachable">On a node that cannot be reached.</param>
internal sealed record EvictionDelays(TimeSpan? NotReady, TimeSpan? Unreachable);
