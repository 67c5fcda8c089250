using Hortus.MachineController.Classes;
using Hortus.MachineController.Deployments;
using Hortus.MachineController.Machines;
using Hortus.MachineController.Sets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;

namespace Hortus.MachineController;

/// <summary>Connects the controllers to what they watch.</summary>
internal static class MachineControllers
{
    public static void AddAll(MachineSurroundings surroundings)
    {
        var control = surroundings.Control;
        var scope = surroundings.Scope;
        control.AddController("machine", new MachineReconciler(surroundings), builder => builder
            .For<Machine>(scope: scope)
            .Watches<MachineClass>(machineClass => Waiting(surroundings, machineClass), scope: scope)
            .WatchesOn<Node>(surroundings.Target, node => OnNode(surroundings, node), Matters)
            .WithConcurrency(surroundings.Options.ConcurrentMachines));
        control.AddController("machineset", new MachineSetReconciler(surroundings), builder => builder
            .For<MachineSet>(scope: scope)
            .Owns<Machine, MachineSet>(scope));
        control.AddController("machinedeployment", new MachineDeploymentReconciler(surroundings), builder => builder
            .For<MachineDeployment>(scope: scope)
            .Owns<MachineSet, MachineDeployment>(scope)
            .Watches<Machine>(machine => DeploymentOf(surroundings, machine), scope: scope));
        control.AddController("machineclass", new MachineClassReconciler(surroundings), builder => builder
            .For<MachineClass>(scope: scope)
            .Watches<Machine>(machine => ClassOf(machine, machine.Spec), scope: scope)
            .Watches<MachineSet>(set => ClassOf(set, set.Spec.Template?.Spec), scope: scope)
            .Watches<MachineDeployment>(deployment => ClassOf(deployment, deployment.Spec.Template.Spec), scope: scope));
    }

    private static IEnumerable<ObjectKey> Waiting(MachineSurroundings surroundings, MachineClass machineClass) =>
        from machine in surroundings.Machines.List(machineClass.Metadata.Namespace)
        where machine.Spec.Class.Name == machineClass.Metadata.Name && string.IsNullOrEmpty(machine.Spec.ProviderID)
        select machine.Key;

    private static IEnumerable<ObjectKey> OnNode(MachineSurroundings surroundings, Node node) =>
        from machine in surroundings.Machines.List(surroundings.Options.Namespace)
        where machine.Metadata.Label(GardenerLabels.MachineNode) == node.Metadata.Name
        select machine.Key;

    private static IEnumerable<ObjectKey> DeploymentOf(MachineSurroundings surroundings, Machine machine) =>
        machine.Metadata.ControllerOwner() is { } owner
        && surroundings.Sets.Find(new ObjectKey(machine.Metadata.Namespace, owner.Name))?.Metadata.ControllerOwner() is { } deployment
            ? [new ObjectKey(machine.Metadata.Namespace, deployment.Name)]
            : [];

    private static IEnumerable<ObjectKey> ClassOf(KubernetesObject user, MachineSpec? spec) =>
        spec?.Class.Name is { } name ? [new ObjectKey(user.Metadata.Namespace, name)] : [];

    // Heartbeats, images and allocatable amounts change all the time and say nothing about a machine.
    private static bool Matters(Node? old, Node? now) =>
        old is null || now is null
        || !Statuses(old).SequenceEqual(Statuses(now))
        || !ReferenceEquals(old.Metadata.Labels, now.Metadata.Labels) && !Same(old.Metadata.Labels, now.Metadata.Labels)
        || !Same(old.Metadata.Annotations, now.Metadata.Annotations)
        || (old.Spec.Taints?.Count ?? 0) != (now.Spec.Taints?.Count ?? 0);

    private static IEnumerable<(string, string)> Statuses(Node node) =>
        (node.Status.Conditions ?? []).Select(condition => (condition.Type, condition.Status));

    private static bool Same(IReadOnlyDictionary<string, string>? a, IReadOnlyDictionary<string, string>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0) && (a?.All(pair => b!.GetValueOrDefault(pair.Key) == pair.Value) ?? true);
}
