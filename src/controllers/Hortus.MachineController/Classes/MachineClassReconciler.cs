using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Runtime;

namespace Hortus.MachineController.Classes;

/// <summary>Holds a machine class while machines, sets or deployments use it: without it the driver could not delete them.</summary>
internal sealed class MachineClassReconciler(MachineSurroundings surroundings) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (surroundings.Classes.Find(key) is not { } machineClass)
        {
            return ReconcileResult.Done;
        }

        var client = surroundings.Client;
        if (!machineClass.Metadata.IsDeleting())
        {
            if (IsUsed(key))
            {
                await client.AddFinalizerAsync(machineClass, GardenerFinalizers.MachineControllerManager, cancellationToken);
            }

            return ReconcileResult.Done;
        }

        // The caches may be behind; letting go too early cannot be undone.
        var machines = await client.ListAsync<Machine>(ListOptions.In(key.Namespace!), cancellationToken);
        if (!IsUsed(key) && machines.Items.All(machine => machine.Spec.Class.Name != key.Name))
        {
            await client.RemoveFinalizerAsync(machineClass, GardenerFinalizers.MachineControllerManager, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private bool IsUsed(ObjectKey key) =>
        surroundings.Machines.List(key.Namespace).Any(machine => machine.Spec.Class.Name == key.Name)
        || surroundings.Sets.List(key.Namespace).Any(set => set.Spec.Template?.Spec.Class.Name == key.Name)
        || surroundings.Deployments.List(key.Namespace).Any(deployment => deployment.Spec.Template.Spec.Class.Name == key.Name);
}
