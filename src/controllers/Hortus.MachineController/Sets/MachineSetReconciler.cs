using Hortus.Client;
using Hortus.MachineController.Safety;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Runtime;

namespace Hortus.MachineController.Sets;

/// <summary>Keeps the number of a set's machines and replaces those that failed.</summary>
internal sealed class MachineSetReconciler(MachineSurroundings surroundings) : IReconciler
{
    private readonly IKubernetesClient client = surroundings.Client;

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (surroundings.Sets.Find(key) is not { } set)
        {
            return ReconcileResult.Done;
        }

        if (set.Metadata.IsDeleting())
        {
            return await DeleteAsync(set, cancellationToken);
        }

        set = await client.AddFinalizerAsync(set, GardenerFinalizers.MachineControllerManager, cancellationToken);
        var machines = MachineCounts.Of(set, surroundings.Machines.List(key.Namespace));
        await SyncAsync(set, machines, cancellationToken);
        if (!MachineSetPlan.For(set, machines).IsEmpty)
        {
            if (surroundings.Freeze.IsFrozen)
            {
                return ReconcileResult.After(TargetFreeze.LookAgain);
            }

            machines = await ApplyAsync(set, cancellationToken);
        }

        var now = surroundings.Now;
        await client.WriteStatusAsync(
            set, set with { Status = MachineSetStatusBuilder.Of(set, machines, now) }, cancellationToken);
        return machines.Select(m => MachineCounts.AvailableIn(m, set.Spec.MinReadySeconds, now))
            .Where(left => left > TimeSpan.Zero).Min() is { } next ? ReconcileResult.After(next) : ReconcileResult.Done;
    }

    // The cache may not show machines that the last run made. Before anything is made or removed, the server is asked.
    private async Task<IReadOnlyList<Machine>> ApplyAsync(MachineSet set, CancellationToken cancellationToken)
    {
        var list = await client.ListAsync<Machine>(ListOptions.In(set.Metadata.Namespace!), cancellationToken);
        var machines = MachineCounts.Of(set, list.Items);
        var plan = MachineSetPlan.For(set, machines);
        var made = await Task.WhenAll(
            Enumerable.Range(0, plan.Create).Select(_ => client.CreateAsync(NewMachine(set), cancellationToken)));
        await Task.WhenAll(plan.Delete.Select(machine => RemoveAsync(machine, cancellationToken)));
        return [.. machines, .. made];
    }

    private Task RemoveAsync(Machine machine, CancellationToken cancellationToken) =>
        client.DeleteAsync<Machine>(machine.Key, new DeleteOptions { PreconditionUid = machine.Metadata.Uid }, cancellationToken);

    private static Machine NewMachine(MachineSet set)
    {
        var template = set.Spec.Template ?? new MachineTemplateSpec();
        return new Machine
        {
            Metadata = new ObjectMeta
            {
                Namespace = set.Metadata.Namespace,
                GenerateName = set.Metadata.Name + "-",
                Labels = template.Metadata.Labels,
                Annotations = template.Metadata.Annotations,
                Finalizers = [GardenerFinalizers.MachineController],
                OwnerReferences = [set.AsController()],
            },
            Spec = template.Spec with { ProviderID = null },
        };
    }

    // What needs no new machine reaches the machines that are there.
    private async Task SyncAsync(MachineSet set, IReadOnlyList<Machine> machines, CancellationToken cancellationToken)
    {
        var template = set.Spec.Template?.Spec ?? new MachineSpec();
        foreach (var machine in machines.Where(m => !m.Metadata.IsDeleting()))
        {
            var wanted = template with { Class = machine.Spec.Class, ProviderID = machine.Spec.ProviderID };
            if (!System.Text.Json.Nodes.JsonNode.DeepEquals(KubernetesJson.ToNode(wanted), KubernetesJson.ToNode(machine.Spec)))
            {
                await client.UpdateAsync(machine with { Spec = wanted }, cancellationToken);
            }
        }
    }

    private async Task<ReconcileResult> DeleteAsync(MachineSet set, CancellationToken cancellationToken)
    {
        if (!set.Metadata.HasFinalizer(GardenerFinalizers.MachineControllerManager))
        {
            return ReconcileResult.Done;
        }

        var list = await client.ListAsync<Machine>(ListOptions.In(set.Metadata.Namespace!), cancellationToken);
        var machines = MachineCounts.Of(set, list.Items);
        await Task.WhenAll(machines.Where(m => !m.Metadata.IsDeleting()).Select(m => RemoveAsync(m, cancellationToken)));
        if (machines.Count == 0)
        {
            await client.RemoveFinalizerAsync(set, GardenerFinalizers.MachineControllerManager, cancellationToken);
        }

        return ReconcileResult.Done;
    }
}
