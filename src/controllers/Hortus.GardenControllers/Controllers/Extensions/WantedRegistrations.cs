using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.GardenControllers;

/// <summary>Which ControllerRegistrations a seed gets. Pure.</summary>
internal static class WantedRegistrations
{
    /// <summary>Chooses the registrations.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="wanted">What the seed needs.</param>
    /// <param name="shoots">How many shoots live on the seed.</param>
    /// <param name="registrations">All registrations.</param>
    /// <param name="installations">The seed's installations.</param>
    /// <exception cref="UnservedExtensionsException">Nobody serves a pair that is needed.</exception>
    public static IReadOnlyList<ControllerRegistration> Of(
        Seed seed,
        IEnumerable<ExtensionPair> wanted,
        int shoots,
        IReadOnlyList<ControllerRegistration> registrations,
        IEnumerable<ControllerInstallation> installations)
    {
        var pairs = wanted.ToHashSet();
        var served = registrations.SelectMany(Served).ToHashSet();
        if (pairs.Except(served).OrderBy(pair => pair.ToString(), StringComparer.Ordinal).ToList() is { Count: > 0 } unserved)
        {
            throw new UnservedExtensionsException(seed.Metadata.Name!, unserved);
        }

        var required = installations.Where(IsRequired).Select(installation => installation.Spec.RegistrationRef.Name).ToHashSet();
        return
        [
            .. registrations.Where(registration =>
                (IsWantedByPolicy(registration, seed, shoots)
                    || Served(registration).Any(pairs.Contains)
                    || required.Contains(registration.Metadata.Name))
                && Selects(registration, seed)),
        ];
    }

    /// <summary>Whether the seed still has objects that the installation serves.</summary>
    public static bool IsRequired(ControllerInstallation installation) => installation.Status?.Conditions?.Any(
        condition => condition is { Type: GardenerConditions.ControllerInstallationRequired, Status: ConditionStatus.True }) == true;

    // A registration on its way out installs nothing for its own sake; else its installations would keep it for ever.
    private static bool IsWantedByPolicy(ControllerRegistration registration, Seed seed, int shoots) =>
        !registration.Metadata.IsDeleting() && registration.Spec.Deployment?.Policy switch
        {
            DeploymentPolicies.Always => !seed.Metadata.IsDeleting(),
            DeploymentPolicies.AlwaysExceptNoShoots => shoots > 0,
            _ => false,
        };

    private static bool Selects(ControllerRegistration registration, Seed seed) =>
        registration.Spec.Deployment?.SeedSelector is not { } selector
        || LabelSelectorMatcher.From(selector).Matches(seed.Metadata.Labels);

    private static IEnumerable<ExtensionPair> Served(ControllerRegistration registration) =>
        (registration.Spec.Resources ?? []).Select(ExtensionPair.Of);
}

/// <summary>A seed needs extensions that no ControllerRegistration serves; nothing is installed or removed until that is
/// mended.</summary>
internal sealed class UnservedExtensionsException(string seed, IReadOnlyList<ExtensionPair> pairs) : Exception(
    $"Seed {seed} needs {string.Join(", ", pairs)}, which no ControllerRegistration serves: register an extension for "
    + (pairs.Count == 1 ? "it" : "them"))
{
    /// <summary>What is not served.</summary>
    public IReadOnlyList<ExtensionPair> Pairs => pairs;
}
