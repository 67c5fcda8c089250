using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet;

/// <summary>Keeps the condition Required of ControllerInstallations: whether there are extension objects in the seed that only this
/// extension can clean up. The garden does not delete an installation that is required.</summary>
internal sealed class InstallationRequiredReconciler : IReconciler
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly GardenletSurroundings surroundings;
    private readonly InstallationStatusWriter status;
    private readonly IObjectCache<ControllerInstallation> installations;
    private readonly IObjectCache<ControllerRegistration> registrations;
    private readonly IReadOnlyDictionary<string, IExtensionKind> kinds;

    public InstallationRequiredReconciler(GardenletSurroundings surroundings, InstallationStatusWriter status)
    {
        this.surroundings = surroundings;
        this.status = status;
        installations = surroundings.Garden.CacheOf<ControllerInstallation>(surroundings.Scopes.Installations);
        registrations = surroundings.Garden.CacheOf<ControllerRegistration>();
        kinds = ExtensionKinds.In(surroundings.Seed);
    }

    /// <summary>Registers the controller.</summary>
    public void AddTo(IControllerManager garden) => garden.AddController("controllerinstallation-required", this, controller =>
    {
        controller
            .For<ControllerInstallation>(
                (old, installation) => installation is not null && (old is null
                    || old.Spec.SeedRef?.Name != installation.Spec.SeedRef?.Name
                    || old.Spec.RegistrationRef.Name != installation.Spec.RegistrationRef.Name),
                surroundings.Scopes.Installations)
            .Watches<ControllerRegistration>(
                registration => KeysWhere(installation => installation.Spec.RegistrationRef.Name == registration.Metadata.Name));
        foreach (var kind in kinds.Values)
        {
            kind.Watch(controller, value => KeysWhere(installation => Serves(installation, kind.Resource.Kind, value.ExtensionSpec.Type)));
        }
    });

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // The cache may not have the last answer yet, and a change back to the one before would be taken for none.
        var installation = await surroundings.GardenClient.FindAsync<ControllerInstallation>(key, cancellationToken);
        if (installation?.Spec.SeedRef?.Name != surroundings.SeedName
            || registrations.Find(ObjectKey.Cluster(installation.Spec.RegistrationRef.Name ?? "")) is not { } registration)
        {
            return ReconcileResult.Done;
        }

        var served = (registration.Spec.Resources ?? []).Where(resource => kinds.ContainsKey(resource.Kind)).ToList();
        var used = served
            .Where(resource => kinds[resource.Kind].Objects.Any(value => IsOf(value, resource.Type)))
            .Select(resource => $"{resource.Kind}/{resource.Type}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        if (used.Count == 0 && !await AreListedAsync(served, cancellationToken))
        {
            return ReconcileResult.After(Again);
        }

        await status.SetAsync(installation, [ResultOf(used)], cancellationToken);
        return ReconcileResult.Done;
    }

    private static HealthCheckResult ResultOf(List<string> used) => used.Count > 0
        ? new(GardenerConditions.ControllerInstallationRequired, true, Reasons.ExtensionObjectsExist,
            $"Extension objects still exist in the seed: {string.Join(", ", used)}")
        : new(GardenerConditions.ControllerInstallationRequired, false, Reasons.NoExtensionObjects,
            "No extension objects exist in the seed having the kind/types the controller is responsible for.");

    // Objects of the garden are the business of the operator.
    private static bool IsOf(ExtensionObject value, string type) =>
        value.ExtensionSpec.Type == type && value.ExtensionSpec.Class is null or "" or "shoot" or "seed";

    // A kind that the seed does not have has no objects.
    private async Task<bool> AreListedAsync(List<ControllerResource> served, CancellationToken cancellationToken)
    {
        foreach (var kind in served.Select(resource => kinds[resource.Kind]).Where(kind => !kind.IsListed).Distinct())
        {
            var definition = ObjectKey.Cluster($"{kind.Resource.Plural}.{kind.Resource.Group}");
            if (await surroundings.SeedClient.FindAsync<CustomResourceDefinition>(definition, cancellationToken) is not null)
            {
                return false;
            }
        }

        return true;
    }

    private IEnumerable<ObjectKey> KeysWhere(Func<ControllerInstallation, bool> condition) =>
        from installation in installations.List()
        where installation.Spec.SeedRef?.Name == surroundings.SeedName && condition(installation)
        select installation.Key;

    private bool Serves(ControllerInstallation installation, string kind, string type) =>
        registrations.Find(ObjectKey.Cluster(installation.Spec.RegistrationRef.Name ?? ""))?.Spec.Resources?
            .Any(resource => resource.Kind == kind && resource.Type == type) == true;
}
