using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.MachineController.Safety;
using Hortus.MachineController.Sets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Runtime;

namespace Hortus.MachineController.Deployments;

/// <summary>Keeps one machine set for a deployment's present template and moves machines over from the older ones within the
/// bounds of its strategy. Updates in place are not done: such a deployment is scaled, its machines keep their template.</summary>
internal sealed class MachineDeploymentReconciler(MachineSurroundings surroundings) : IReconciler
{
    private readonly IKubernetesClient client = surroundings.Client;

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (surroundings.Deployments.Find(key) is not { } deployment)
        {
            return ReconcileResult.Done;
        }

        var owned = surroundings.Sets.List(key.Namespace).Where(set => set.Metadata.ControllerOwner()?.Uid == deployment.Metadata.Uid);
        if (deployment.Metadata.IsDeleting())
        {
            return await DeleteAsync(deployment, cancellationToken);
        }

        deployment = await client.AddFinalizerAsync(deployment, GardenerFinalizers.MachineControllerManager, cancellationToken);
        var hash = TemplateHash.Of(deployment.Spec.Template);
        var sets = owned.Where(set => !set.Metadata.IsDeleting()).ToArray();
        var all = surroundings.Machines.List(key.Namespace);
        if (deployment.Spec.Paused != true)
        {
            if (surroundings.Freeze.IsFrozen)
            {
                return ReconcileResult.After(TargetFreeze.LookAgain);
            }

            await RollAsync(deployment, hash, sets, all, cancellationToken);
        }

        var now = surroundings.Now;
        var machines = sets.SelectMany(set => MachineCounts.Of(set, all)).ToArray();
        var status = MachineDeploymentStatusBuilder.Of(deployment, hash, machines, now);
        await client.WriteStatusAsync(deployment, deployment with { Status = status }, cancellationToken);
        return machines.Select(m => MachineCounts.AvailableIn(m, deployment.Spec.MinReadySeconds, now))
            .Where(left => left > TimeSpan.Zero).Min() is { } next ? ReconcileResult.After(next) : ReconcileResult.Done;
    }

    private static bool IsCurrent(MachineSet set, string hash) => set.Metadata.Label(TemplateHash.Label) == hash;

    private async Task RollAsync(
        MachineDeployment deployment, string hash, MachineSet[] sets, IReadOnlyList<Machine> machines, CancellationToken cancellationToken)
    {
        var current = sets.FirstOrDefault(set => IsCurrent(set, hash));
        if (current is null)
        {
            // Its event brings the next step.
            await CreateSetAsync(deployment, hash, cancellationToken);
            return;
        }

        var now = surroundings.Now;
        var views = sets.OrderBy(set => set.Metadata.CreationTimestamp).ThenBy(set => set.Metadata.Name, StringComparer.Ordinal)
            .Select(set => View(deployment, set, set == current, MachineCounts.Of(set, machines), now)).ToArray();
        var next = RolloutPlan.Next(deployment.Spec, views);
        foreach (var set in sets)
        {
            await SyncSetAsync(deployment, set, set == current, next, cancellationToken);
        }

        await RemoveOldAsync(deployment, sets.Where(set => set != current), views, cancellationToken);
    }

    private static SetView View(
        MachineDeployment deployment, MachineSet set, bool isNew, IReadOnlyList<Machine> machines, DateTimeOffset now) => new(
        set.Metadata.Name!,
        isNew,
        set.Spec.Replicas ?? 0,
        machines.Count(m => MachineCounts.AvailableIn(m, deployment.Spec.MinReadySeconds, now) == TimeSpan.Zero),
        machines.Count);

    private Task CreateSetAsync(MachineDeployment deployment, string hash, CancellationToken cancellationToken)
    {
        var template = deployment.Spec.Template;
        var labels = new Dictionary<string, string>(
            template.Metadata.Labels ?? new Dictionary<string, string>())
        { [TemplateHash.Label] = hash };
        var selector = new Dictionary<string, string>(
            deployment.Spec.Selector?.MatchLabels ?? new Dictionary<string, string>())
        { [TemplateHash.Label] = hash };
        var set = new MachineSet
        {
            Metadata = new ObjectMeta
            {
                Namespace = deployment.Metadata.Namespace,
                Name = $"{deployment.Metadata.Name}-{hash}",
                Labels = labels,
                Finalizers = [GardenerFinalizers.MachineControllerManager],
                OwnerReferences = [deployment.AsController()],
            },
            Spec = new MachineSetSpec
            {
                Replicas = 0,
                MinReadySeconds = deployment.Spec.MinReadySeconds,
                Selector = new LabelSelector { MatchLabels = selector },
                Template = template with { Metadata = template.Metadata with { Labels = labels } },
            },
        };
        return CreateOnceAsync(set, cancellationToken);
    }

    private async Task CreateOnceAsync(MachineSet set, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(set, cancellationToken);
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Made by the last run; the cache shows it soon.
        }
    }

    private async Task SyncSetAsync(
        MachineDeployment deployment, MachineSet set, bool isNew, IReadOnlyDictionary<string, int> next,
        CancellationToken cancellationToken)
    {
        var template = set.Spec.Template ?? new MachineTemplateSpec();
        var wanted = set.Spec with
        {
            Replicas = next.TryGetValue(set.Metadata.Name!, out var replicas) ? replicas : set.Spec.Replicas,
            MinReadySeconds = deployment.Spec.MinReadySeconds,
            Template = isNew
                ? template with { Spec = deployment.Spec.Template.Spec with { Class = template.Spec.Class } }
                : template,
        };
        if (!JsonNode.DeepEquals(KubernetesJson.ToNode(wanted), KubernetesJson.ToNode(set.Spec)))
        {
            await client.UpdateAsync(set with { Spec = wanted }, cancellationToken);
        }
    }

    private async Task RemoveOldAsync(
        MachineDeployment deployment, IEnumerable<MachineSet> old, IReadOnlyList<SetView> views, CancellationToken cancellationToken)
    {
        var empty = old.Where(set => views.Any(v => v.Name == set.Metadata.Name && v is { Replicas: 0, Existing: 0 }))
            .OrderByDescending(set => set.Metadata.CreationTimestamp);
        foreach (var set in empty.Skip(deployment.Spec.RevisionHistoryLimit ?? 0))
        {
            await client.DeleteAsync<MachineSet>(set.Key, null, cancellationToken);
        }
    }

    private async Task<ReconcileResult> DeleteAsync(MachineDeployment deployment, CancellationToken cancellationToken)
    {
        var list = await client.ListAsync<MachineSet>(ListOptions.In(deployment.Metadata.Namespace!), cancellationToken);
        var sets = list.Items.Where(set => set.Metadata.ControllerOwner()?.Uid == deployment.Metadata.Uid).ToArray();
        foreach (var set in sets.Where(set => !set.Metadata.IsDeleting()))
        {
            await client.DeleteAsync<MachineSet>(set.Key, null, cancellationToken);
        }

        if (sets.Length == 0)
        {
            await client.RemoveFinalizerAsync(deployment, GardenerFinalizers.MachineControllerManager, cancellationToken);
        }

        return ReconcileResult.Done;
    }
}
