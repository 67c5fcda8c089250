using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Gives each Seed the ControllerInstallations of the extensions that it and its Shoots need, and takes away those that
/// nothing needs any more.</summary>
public sealed class SeedExtensionsReconciler(IControllerManager manager) : IReconciler
{
    /// <summary>ConfigMaps that values of charts may read.</summary>
    public static CacheScope ConfigMaps { get; } =
        new(GardenerNames.GardenNamespace, $"{GardenerLabels.Role}={GardenerRoles.ResourceReference}");

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<Seed>().Find(key) is not { } seed)
        {
            return ReconcileResult.Done;
        }

        if (!seed.Metadata.IsDeleting())
        {
            seed = await manager.Client.AddFinalizerAsync(seed, GardenerFinalizers.ControllerRegistration, cancellationToken);
        }

        // A cache that is a moment behind would make installations twice.
        var installations = (await manager.Client.ListAsync<ControllerInstallation>(
            new ListOptions { FieldSelector = $"spec.seedRef.name={key.Name}" }, cancellationToken)).Items;
        if (seed.Metadata.IsDeleting() && installations.Count == 0)
        {
            await manager.Client.RemoveFinalizerAsync(seed, GardenerFinalizers.ControllerRegistration, cancellationToken);
            return ReconcileResult.Done;
        }

        var faults = new List<string>();
        var wanted = Choose(seed, installations).ToDictionary(
            registration => registration.Metadata.Name!, registration => Describe(registration, seed, faults));
        var plan = InstallationPlan.Of(wanted, installations);
        await CarryOutAsync(plan, cancellationToken);
        faults.AddRange(plan.Blocked.Select(
            registration => $"ControllerRegistration {registration} waits until its old ControllerInstallation is gone"));
        return faults.Count == 0
            ? ReconcileResult.Done
            : throw new InvalidOperationException($"Seed {key.Name}: {string.Join("; ", faults)}");
    }

    private IReadOnlyList<ControllerRegistration> Choose(Seed seed, IReadOnlyList<ControllerInstallation> installations)
    {
        var name = seed.Metadata.Name!;
        var registrations = manager.CacheOf<ControllerRegistration>().List();
        var shoots = manager.CacheOf<Shoot>().List()
            .Where(shoot => shoot.Spec.SeedName == name || shoot.Status?.SeedName == name)
            .ToArray();
        var domains = GardenDomains.Of(seed, manager.CacheOf<Secret>(SeedReconciler.SharedSecrets).List());
        var pairs = WantedExtensions.OfSeed(seed, registrations)
            .Concat(shoots.SelectMany(shoot => WantedExtensions.OfShoot(shoot, seed, domains, registrations)))
            .Concat(WantedExtensions.OfBackups(
                name, manager.CacheOf<BackupBucket>().List(), manager.CacheOf<BackupEntry>().List()));
        try
        {
            return WantedRegistrations.Of(seed, pairs, shoots.Length, registrations, installations);
        }
        catch (UnservedExtensionsException e)
        {
            manager.Events.Warning(seed, "ExtensionsNotRegistered", e.Message);
            throw;
        }
    }

    // Null: the registration is on its way out, and its installation is whoever's who deletes it.
    private WantedInstallation? Describe(ControllerRegistration registration, Seed seed, List<string> faults)
    {
        if (registration.Metadata.IsDeleting())
        {
            return null;
        }

        if (registration.Spec.Deployment?.DeploymentRefs is not { Count: > 0 } references)
        {
            return new WantedInstallation(registration, seed, null, []);
        }

        if (manager.CacheOf<ControllerDeployment>().Find(ObjectKey.Cluster(references[0].Name)) is not { } deployment)
        {
            faults.Add($"ControllerDeployment {references[0].Name}, which ControllerRegistration {registration.Metadata.Name} names, "
                + "does not exist");
            return null;
        }

        return new WantedInstallation(
            registration, seed, deployment, [.. DeploymentResources.Of(deployment).Select(WithVersion)]);
    }

    private ObjectReference WithVersion(ObjectReference reference)
    {
        var key = new ObjectKey(reference.Namespace, reference.Name!);
        KubernetesObject? found = reference.Kind == nameof(Secret)
            ? manager.CacheOf<Secret>(SeedReconciler.SharedSecrets).Find(key)
            : manager.CacheOf<ConfigMap>(ConfigMaps).Find(key);
        return reference with { ResourceVersion = found?.Metadata.ResourceVersion };
    }

    private async Task CarryOutAsync(InstallationPlan plan, CancellationToken cancellationToken)
    {
        foreach (var installation in plan.Creations)
        {
            await manager.Client.CreateAsync(installation, cancellationToken);
        }

        foreach (var (key, patch) in plan.Changes)
        {
            await manager.Client.PatchAsync<ControllerInstallation>(key, Patch.Merge(patch), cancellationToken);
        }

        foreach (var installation in plan.Deletions)
        {
            await manager.Client.DeleteAsync<ControllerInstallation>(
                installation.Key, new DeleteOptions { PreconditionUid = installation.Metadata.Uid }, cancellationToken);
        }
    }
}
