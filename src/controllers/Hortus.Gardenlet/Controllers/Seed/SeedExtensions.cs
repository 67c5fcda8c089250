using Hortus.Extensions;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.Gardenlet;

/// <summary>The objects of kind Extension of a seed: those that it names, and those that every seed gets.</summary>
internal sealed class SeedExtensions(GardenletSurroundings surroundings)
{
    private static readonly ExtensionPlace Place = new(GardenerNames.GardenNamespace, ExtensionClass.Seed);

    /// <summary>Puts them right; does not wait.</summary>
    /// <returns>What keeps those that are not ready from being so.</returns>
    public async Task<IReadOnlyList<string>> EnsureAsync(
        Seed seed, IReadOnlyList<ControllerResource> offers, CancellationToken cancellationToken)
    {
        var wanted = EnabledExtensions.Of(seed.Spec.Extensions, offers, ClusterTypes.Seed, workerless: false);
        var objects = ObjectsOf(wanted, offers);
        await objects.DestroyStaleAsync(cancellationToken);
        await objects.DeployChangesAsync(cancellationToken);
        return
        [
            .. from extension in wanted
               where extension.Offer is null
               select $"spec.extensions: no ControllerRegistration offers Extension/{extension.Type}",
            .. await objects.WhyNotReadyAsync(cancellationToken),
        ];
    }

    /// <summary>Has all of them deleted; does not wait.</summary>
    /// <returns>Whether they are gone.</returns>
    public async Task<bool> RemoveAsync(CancellationToken cancellationToken)
    {
        var objects = ObjectsOf([], []);
        await objects.DestroyAsync(null, cancellationToken);
        return !await objects.AnyAsync(cancellationToken);
    }

    private ExtensionObjects ObjectsOf(IReadOnlyList<EnabledExtension> wanted, IReadOnlyList<ControllerResource> offers) => new(
        surroundings.SeedClient,
        new ExtensionWaiter(surroundings.SeedClient, GardenletIdentity.FieldManager, surroundings.Clock),
        Place,
        wanted,
        EnabledExtensions.OffersIn(offers));
}
