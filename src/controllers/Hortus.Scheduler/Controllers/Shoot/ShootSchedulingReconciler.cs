using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Scheduler;

/// <summary>Gives one shoot a seed, or says in its status why there is none.</summary>
internal sealed class ShootSchedulingReconciler(IControllerManager manager, SeedStrategy strategy, TimeProvider clock) : IReconciler
{
    private const string RegionConfigSelector = "scheduling.gardener.cloud/purpose=region-config";
    private const string CloudProfilesAnnotation = "scheduling.gardener.cloud/cloudprofiles";

    // A seed that this scheduler chose a moment ago and that the cache does not show yet.
    private readonly Dictionary<ObjectKey, string> placed = [];

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var shoot = await manager.Client.FindAsync<Shoot>(key, cancellationToken);
        if (shoot is null || !ShootSchedulingController.IsUnscheduled(shoot))
        {
            return ReconcileResult.Done;
        }

        if (await ProfileOfAsync(shoot, cancellationToken) is not { } profile)
        {
            await ReportPendingAsync(
                shoot, $"CloudProfile {shoot.Spec.CloudProfile?.Name ?? shoot.Spec.CloudProfileName} does not exist", cancellationToken);
            return ReconcileResult.Done;
        }

        var decision = SeedSelection.Decide(new SchedulingRequest
        {
            Shoot = shoot,
            CloudProfile = profile,
            Seeds = manager.CacheOf<Seed>().List(),
            ShootsOfSeeds = CountShoots(),
            Strategy = strategy,
            Distances = await DistancesAsync(shoot, cancellationToken),
        });
        if (decision.SeedName is null)
        {
            await ReportPendingAsync(shoot, $"cannot schedule shoot {key}: {decision.Reason}", cancellationToken);
            return ReconcileResult.Done;
        }

        await BindAsync(shoot, decision.SeedName, cancellationToken);
        placed[key] = decision.SeedName;
        manager.Events.Normal(shoot, "SchedulingSuccessful", decision.Reason);
        return ReconcileResult.Done;
    }

    private Task<Shoot> BindAsync(Shoot shoot, string seedName, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = shoot.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["seedName"] = seedName },
        };
        return manager.Client.PatchAsync<Shoot>(shoot.Key, Patch.Merge(body) with { Subresource = "binding" }, cancellationToken);
    }

    private async Task<CloudProfileSpec?> ProfileOfAsync(Shoot shoot, CancellationToken cancellationToken)
    {
        var name = shoot.Spec.CloudProfile?.Name ?? shoot.Spec.CloudProfileName ?? "";
        return shoot.Spec.CloudProfile?.Kind == nameof(NamespacedCloudProfile)
            ? (await manager.Client.FindAsync<NamespacedCloudProfile>(
                new ObjectKey(shoot.Metadata.Namespace, name), cancellationToken))?.Status?.CloudProfileSpec
            : (await manager.Client.FindAsync<CloudProfile>(ObjectKey.Cluster(name), cancellationToken))?.Spec;
    }

    private Dictionary<string, int> CountShoots()
    {
        var seedOf = manager.CacheOf<Shoot>().List().ToDictionary(shoot => shoot.Key, shoot => shoot.Spec.SeedName);
        foreach (var (key, seed) in placed.ToArray())
        {
            if (!seedOf.TryGetValue(key, out var seen) || !string.IsNullOrEmpty(seen))
            {
                placed.Remove(key);
            }
            else
            {
                seedOf[key] = seed;
            }
        }

        return seedOf.Values.Where(seed => !string.IsNullOrEmpty(seed)).GroupBy(seed => seed!)
            .ToDictionary(group => group.Key, group => group.Count());
    }

    private async Task<IReadOnlyDictionary<string, int>> DistancesAsync(Shoot shoot, CancellationToken cancellationToken)
    {
        if (strategy != SeedStrategy.MinimalDistance)
        {
            return new Dictionary<string, int>();
        }

        var profile = shoot.Spec.CloudProfile?.Name ?? shoot.Spec.CloudProfileName;
        var configs = await manager.Client.ListAsync<ConfigMap>(
            new ListOptions { Namespace = GardenerNames.GardenNamespace, LabelSelector = RegionConfigSelector }, cancellationToken);
        var text = configs.Items
            .Where(c => c.Metadata.Annotation(CloudProfilesAnnotation)?.Split(',').Contains(profile) == true)
            .Select(c => c.Data?.GetValueOrDefault(shoot.Spec.Region))
            .FirstOrDefault(t => t is not null);
        return text is null ? new Dictionary<string, int>() : RegionDistance.Parse(text);
    }

    private async Task ReportPendingAsync(Shoot shoot, string reason, CancellationToken cancellationToken)
    {
        manager.Events.Warning(shoot, "SchedulingFailed", reason);
        if (shoot.Status?.LastOperation is { State: LastOperationState.Pending } last && last.Description == reason)
        {
            return;
        }

        var operation = new LastOperation
        {
            Type = LastOperationType.Create,
            State = LastOperationState.Pending,
            Progress = 0,
            Description = reason,
            LastUpdateTime = clock.GetUtcNow(),
        };
        var body = new JsonObject { ["status"] = new JsonObject { ["lastOperation"] = KubernetesJson.ToNode(operation) } };
        await manager.Client.PatchAsync<Shoot>(shoot.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
    }
}
