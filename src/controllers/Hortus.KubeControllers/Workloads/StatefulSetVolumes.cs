using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Makes the claims of a StatefulSet's pods and sets who takes them along when it goes.</summary>
internal sealed class StatefulSetVolumes(ControllerSetup setup)
{
    private readonly IObjectCache<PersistentVolumeClaim> claims = setup.Manager.CacheOf<PersistentVolumeClaim>();

    /// <summary>Creates the claims of an ordinal that are missing.</summary>
    public async Task CreateAsync(StatefulSet set, int ordinal, CancellationToken cancellationToken)
    {
        foreach (var claim in StatefulSetPods.Claims(set, ordinal))
        {
            if (claims.Find(claim.Key) is null)
            {
                var owned = DeletesWithSet(set) ? claim with { Metadata = claim.Metadata.WithOwner(set.AsOwner()) }
                    : claim;
                await setup.Client.TryCreateAsync(owned, cancellationToken);
            }
        }
    }

    /// <summary>Brings the owners of existing claims in line with the retention policy.</summary>
    public async Task KeepAsync(
        StatefulSet set, IReadOnlyDictionary<int, Pod> pods, CancellationToken cancellationToken)
    {
        if (set.Spec.VolumeClaimTemplates is not { Count: > 0 } || set.IsDeleting())
        {
            return;
        }

        var start = set.Spec.Ordinals?.Start ?? 0;
        var end = start + (set.Spec.Replicas ?? 1);
        foreach (var (ordinal, pod) in pods)
        {
            var leaves = ordinal >= end || ordinal < start;
            foreach (var template in StatefulSetPods.Claims(set, ordinal))
            {
                if (claims.Find(template.Key) is { } claim)
                {
                    await OwnAsync(set, pod, claim, leaves && DeletesWithScale(set), cancellationToken);
                }
            }
        }
    }

    private static bool DeletesWithSet(StatefulSet set) =>
        set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenDeleted == "Delete";

    private static bool DeletesWithScale(StatefulSet set) =>
        set.Spec.PersistentVolumeClaimRetentionPolicy?.WhenScaled == "Delete";

    private async Task OwnAsync(
        StatefulSet set, Pod pod, PersistentVolumeClaim claim, bool leavesWithPod, CancellationToken cancellationToken)
    {
        var old = claim.Metadata.OwnerReferences ?? [];
        var others = old.Where(o => o.Uid != set.Metadata.Uid && o.Uid != pod.Metadata.Uid);
        IReadOnlyList<OwnerReference> wanted = leavesWithPod
            ? [.. others, pod.AsOwner()]
            : DeletesWithSet(set) ? [.. others, set.AsOwner()] : [.. others];
        if (old.Select(o => o.Uid).SequenceEqual(wanted.Select(o => o.Uid)))
        {
            return;
        }

        var metadata = Writes.Lock(claim);
        metadata["ownerReferences"] = new JsonArray([.. wanted.Select(o => (JsonNode)KubernetesJson.ToNode(o))]);
        await setup.Client.PatchAsync<PersistentVolumeClaim>(
            claim.Key, Patch.Merge(new JsonObject { ["metadata"] = metadata }), cancellationToken);
    }
}
