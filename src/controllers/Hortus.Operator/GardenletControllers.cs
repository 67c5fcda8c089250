using Hortus.Components.Gardenlets;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>The controller of Gardenlets, on the virtual garden.</summary>
/// <param name="runtime">Manager of the runtime cluster, where gardenlets without a kubeconfig go.</param>
/// <param name="installer">Installs them.</param>
/// <param name="clock">Says what has expired.</param>
internal sealed class GardenletControllers(IControllerManager runtime, GardenletInstaller installer, TimeProvider clock)
{
    private static readonly CacheScope InGarden = new(Namespace: GardenerNames.GardenNamespace);

    /// <summary>Adds the controller to a manager of the virtual garden.</summary>
    public void Add(IControllerManager virtualGarden, VirtualGardenAuthorities authorities)
    {
        var garden = new GardenForGardenlets(
            virtualGarden.Client, virtualGarden.Events, AddressOf, authorities.Server.Text("ca.crt"));
        Add(virtualGarden, garden, new GardenletDeployer(garden, runtime.Client, installer, clock), clock);
    }

    /// <summary>Adds the controller with parts that are made already.</summary>
    internal static void Add(
        IControllerManager virtualGarden, GardenForGardenlets garden, GardenletDeployer deployer, TimeProvider clock) =>
        virtualGarden.AddController("gardenlet", new GardenletReconciler(garden, deployer, clock), controller => controller
            .For<Gardenlet>(GardenletReconciler.Matters, InGarden)
            .Watches<Seed>(seed => [GardenletReconciler.KeyOf(seed)], (before, _) => before is null)
            .WithConcurrency(1));

    private string? AddressOf() =>
        GardenReconciler.ManagedOf(runtime.CacheOf<Garden>())?.Spec.VirtualCluster.Dns.Domains is [{ Name: { Length: > 0 } name }, ..]
            ? $"https://api.{name}"
            : null;
}
