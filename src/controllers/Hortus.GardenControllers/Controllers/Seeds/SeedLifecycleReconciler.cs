using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Says that a Seed's gardenlet is not there any more, and later that nobody knows how its Shoots are: a gardenlet
/// cannot say so itself.</summary>
public sealed class SeedLifecycleReconciler(IControllerManager manager, TimeProvider time) : IReconciler
{
    /// <summary>Time without a renewed lease after which the gardenlet counts as gone.</summary>
    public static readonly TimeSpan MonitorPeriod = TimeSpan.FromSeconds(40);

    /// <summary>Time without a renewed lease after which nothing is known about the Seed's Shoots.</summary>
    public static readonly TimeSpan ShootMonitorPeriod = 5 * MonitorPeriod;

    /// <summary>The leases of gardenlets.</summary>
    public static CacheScope Leases { get; } = new(GardenerNames.SeedLeaseNamespace);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<Seed>().Find(key) is not { } seed || seed.Metadata.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var ready = seed.Status?.Conditions?.FirstOrDefault(condition => condition.Type == GardenerConditions.GardenletReady);
        if (ready is null)
        {
            return ReconcileResult.Done;
        }

        var now = time.GetUtcNow();
        var lease = manager.CacheOf<Lease>(Leases).Find(new ObjectKey(GardenerNames.SeedLeaseNamespace, key.Name));
        var renewed = lease?.Spec.RenewTime ?? ready.LastUpdateTime ?? DateTimeOffset.MinValue;
        if (now - renewed < MonitorPeriod)
        {
            // A gardenlet whose clock is ahead must not put the next look off for longer than others.
            return ReconcileResult.After(now < renewed ? MonitorPeriod : renewed + MonitorPeriod - now);
        }

        var message = $"the gardenlet has not renewed its lease since {renewed:u}";
        if (ready.Status != ConditionStatus.Unknown)
        {
            await SeedConditions.WriteAsync(
                manager.Client, seed, [new(GardenerConditions.GardenletReady, null, "SeedStatusUnknown", message)], now, cancellationToken);
        }

        if (now - renewed < ShootMonitorPeriod)
        {
            return ReconcileResult.After(renewed + ShootMonitorPeriod - now);
        }

        foreach (var shoot in manager.CacheOf<Shoot>().List())
        {
            if ((shoot.Status?.SeedName ?? shoot.Spec.SeedName) == key.Name)
            {
                await DoubtAsync(shoot, message, now, cancellationToken);
            }
        }

        return ReconcileResult.Done;
    }

    private async Task DoubtAsync(Shoot shoot, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var status = new JsonObject();
        foreach (var (field, conditions) in new[] { ("conditions", shoot.Status?.Conditions), ("constraints", shoot.Status?.Constraints) })
        {
            if (conditions?.Any(condition => condition.Status != ConditionStatus.Unknown) == true)
            {
                status[field] = new JsonArray([.. conditions.Select(c => (JsonNode)KubernetesJson.ToNode(Doubtful(c, message, now)))]);
            }
        }

        if (status.Count > 0)
        {
            var body = new JsonObject
            {
                ["metadata"] = new JsonObject { ["resourceVersion"] = shoot.Metadata.ResourceVersion },
                ["status"] = status,
            };
            await manager.Client.PatchAsync<Shoot>(
                shoot.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
        }
    }

    private static GardenerCondition Doubtful(GardenerCondition condition, string message, DateTimeOffset now) =>
        condition.Status == ConditionStatus.Unknown
            ? condition
            : condition with
            {
                Status = ConditionStatus.Unknown,
                Reason = "StatusUnknown",
                Message = message,
                LastTransitionTime = now,
                LastUpdateTime = now,
            };
}
