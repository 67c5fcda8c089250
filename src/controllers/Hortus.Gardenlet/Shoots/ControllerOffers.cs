using Hortus.Client;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>What extensions the garden offers.</summary>
internal static class ControllerOffers
{
    /// <summary>The resources of all ControllerRegistrations.</summary>
    public static async Task<IReadOnlyList<ControllerResource>> ReadAsync(IKubernetesClient garden, CancellationToken cancellationToken)
    {
        var registrations = await garden.ListAsync<ControllerRegistration>(ListOptions.All, cancellationToken);
        return [.. registrations.Items.SelectMany(registration => registration.Spec.Resources ?? [])];
    }
}
