using Hortus.Client;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>The extensions without which a seed cannot host anything: whether they work there.</summary>
internal sealed class RequiredInstallations(GardenletSurroundings surroundings)
{
    /// <summary>What is missing, each with its reason; null when nothing is.</summary>
    public async Task<string?> WaitsForAsync(Seed seed, CancellationToken cancellationToken)
    {
        var garden = surroundings.GardenClient;
        var registrations = (await garden.ListAsync<ControllerRegistration>(ListOptions.All, cancellationToken)).Items;
        var installations = (await garden.ListAsync<ControllerInstallation>(
            new ListOptions { FieldSelector = surroundings.Scopes.Installations.FieldSelector }, cancellationToken)).Items;
        var offers = registrations.SelectMany(registration => registration.Spec.Resources ?? []).ToArray();

        // An Extension that nobody offers is told of where it is deployed.
        string[] missing =
        [
            .. SeedNeeds.Of(seed, offers)
                .Where(need => need.Kind != ControllerResourceRules.ExtensionKind || offers.Any(offer => Serves(offer, need)))
                .Select(need => WhyNot(need, registrations, installations))
                .OfType<string>()
                .Distinct(),
        ];
        return missing.Length == 0 ? null : string.Join("; ", missing);
    }

    private static string? WhyNot(
        ExtensionPair need, IReadOnlyList<ControllerRegistration> registrations, IReadOnlyList<ControllerInstallation> installations)
    {
        var serving = registrations
            .Where(registration => registration.Spec.Resources?.Any(offer => Serves(offer, need)) == true)
            .Select(registration => registration.Metadata.Name!)
            .ToArray();
        if (serving.Length == 0)
        {
            return $"{need}: no ControllerRegistration offers it";
        }

        var why = $"{need}: ControllerRegistration {serving[0]} has no ControllerInstallation for the seed yet";
        foreach (var installation in installations.Where(i => serving.Contains(i.Spec.RegistrationRef.Name)))
        {
            // Without a deployment there is nothing to install.
            if (installation.Spec.DeploymentRef is null || InstallationReadiness.Of(installation) is not { } objection)
            {
                return null;
            }

            why = $"{need}: ControllerInstallation {installation.Metadata.Name}: {objection.Message}";
        }

        return why;
    }

    private static bool Serves(ControllerResource offer, ExtensionPair need) => ExtensionPair.Of(offer) == need;
}
