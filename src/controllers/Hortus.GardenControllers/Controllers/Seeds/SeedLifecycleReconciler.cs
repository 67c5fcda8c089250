using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Says that a Seed's gardenlet is not there any more: a gardenlet cannot say so itself.</summary>
public sealed class SeedLifecycleReconciler(IControllerManager manager, TimeProvider time) : IReconciler
{
    /// <summary>Time without a renewed lease after which the gardenlet counts as gone.</summary>
    public static readonly TimeSpan MonitorPeriod = TimeSpan.FromSeconds(40);

    /// <summary>The leases of gardenlets.</summary>
    public static CacheScope Leases { get; } = new(GardenerNames.SeedLeaseNamespace);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<Seed>().Find(key) is not { } seed || seed.Metadata.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var ready = seed.Status?.Conditions?.FirstOrDefault(condition => condition.Type == GardenerConditions.GardenletReady);
        if (ready is null || ready.Status == ConditionStatus.Unknown)
        {
            return ReconcileResult.Done;
        }

        var lease = manager.CacheOf<Lease>(Leases).Find(new ObjectKey(GardenerNames.SeedLeaseNamespace, key.Name));
        var renewed = lease?.Spec.RenewTime ?? ready.LastUpdateTime ?? DateTimeOffset.MinValue;
        var left = renewed + MonitorPeriod - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        var now = time.GetUtcNow();
        var unknown = ready with
        {
            Status = ConditionStatus.Unknown,
            Reason = "SeedStatusUnknown",
            Message = $"the gardenlet has not renewed its lease since {renewed:u}",
            LastTransitionTime = now,
            LastUpdateTime = now,
        };
        var conditions = new JsonArray(
        [
            .. seed.Status!.Conditions!.Where(condition => condition.Type != unknown.Type).Append(unknown)
                .Select(condition => (JsonNode)KubernetesJson.ToNode(condition)),
        ]);
        await manager.Client.PatchAsync<Seed>(
            key,
            Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["conditions"] = conditions } }) with { Subresource = "status" },
            cancellationToken);
        return ReconcileResult.Done;
    }
}
