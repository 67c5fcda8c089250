using System.CommandLine;
using Hortus.Gardenlet;
using Hortus.KubeControllers;
using Hortus.ResourceManager;
using Hortus.Scheduler;

namespace Hortus.Commands;

/// <summary>The commands of components that say themselves how they are hosted.</summary>
internal static class ControllerCommands
{
    public static Command KubeControllerManager() => ComponentCommand.Create<KubeControllerManagerOptions>(
        "kube-controller-manager",
        "Runs the Kubernetes controllers that a bare API server lacks, and the pod scheduler.",
        (options, context, cancellationToken) => new KubeControllerManagerComponent().RunAsync(options, context, cancellationToken),
        KubeControllerManagerComponent.HostOptions,
        new Dictionary<string, string> { [nameof(KubeControllerManagerOptions.NodeCidrMaskSizeIPv4)] = "node-cidr-mask-size-ipv4" });

    public static Command Scheduler() => ComponentCommand.Create<SchedulerOptions>(
        "scheduler",
        "Finds a seed for each shoot that has none.",
        (options, context, cancellationToken) => new SchedulerComponent().RunAsync(options, context, cancellationToken),
        SchedulerComponent.HostOptions);

    public static Command Gardenlet() => ComponentCommand.Create<GardenletOptions>(
        "gardenlet",
        "Keeps one seed and the shoots whose control planes live in it.",
        (options, context, cancellationToken) => new GardenletComponent().RunAsync(options, context, cancellationToken),
        GardenletComponent.HostOptions);

    public static Command ResourceManager() => ComponentCommand.Create<ResourceManagerOptions>(
        "resource-manager",
        "Keeps the objects of ManagedResources applied in a target cluster.",
        (options, context, cancellationToken) => new ResourceManagerComponent().RunAsync(options, context, cancellationToken),
        ResourceManagerComponent.HostOptions);
}
