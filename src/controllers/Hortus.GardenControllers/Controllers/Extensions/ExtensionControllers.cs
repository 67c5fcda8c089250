using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>The controllers that bring extensions to seeds, and which changes concern them.</summary>
internal static class ExtensionControllers
{
    public static void Add(ControllerManager manager)
    {
        manager.AddController("seed-extensions", new SeedExtensionsReconciler(manager), controller => controller
            .For<Seed>(MattersToExtensions)
            .Watches<ControllerRegistration>(_ => AllSeeds(manager), HasOtherWishes)
            .Watches<ControllerDeployment>(_ => AllSeeds(manager), HasOtherWishes)
            .Watches<ControllerInstallation>(SeedOf, MattersToSeed)
            .Watches<BackupBucket>(bucket => Named(bucket.Spec.SeedName), HasOtherWishes)
            .Watches<BackupEntry>(entry => Named(entry.Spec.SeedName), HasOtherWishes)
            .Watches<Shoot>(shoot => Named(shoot.Spec.SeedName, shoot.Status?.SeedName), MattersToSeed)
            .Watches<Secret>(_ => AllSeeds(manager), scope: SeedReconciler.SharedSecrets)
            .Watches<ConfigMap>(_ => AllSeeds(manager), scope: SeedExtensionsReconciler.ConfigMaps));
        manager.AddController("controllerregistration", new RegistrationReconciler(manager), controller => controller
            .For<ControllerRegistration>()
            .Watches<ControllerInstallation>(
                installation => Named(installation.Spec.RegistrationRef.Name), (before, after) => before is null || after is null));
        manager.AddController("controllerdeployment", new DeploymentReconciler(manager), controller => controller
            .For<ControllerDeployment>()
            .Watches<ControllerRegistration>(DeploymentReconciler.DeploymentsOf));
        manager.AddController("referenced-secret", new ReferencedObjectReconciler<Secret>(manager), controller => controller
            .For<Secret>(scope: SeedReconciler.SharedSecrets)
            .Watches<ControllerDeployment>(ReferencedObjectReconciler<Secret>.KeysOf));
        manager.AddController("referenced-configmap", new ReferencedObjectReconciler<ConfigMap>(manager), controller => controller
            .For<ConfigMap>(scope: SeedExtensionsReconciler.ConfigMaps)
            .Watches<ControllerDeployment>(ReferencedObjectReconciler<ConfigMap>.KeysOf));
    }

    // Seeds report all the time.
    private static bool MattersToExtensions(Seed? before, Seed? after) =>
        HasOtherWishes(before, after)
        || !SameEntries(before!.Metadata.Labels, after!.Metadata.Labels)
        || !SameEntries(before.Metadata.Annotations, after.Metadata.Annotations);

    private static bool MattersToSeed(Shoot? before, Shoot? after) =>
        HasOtherWishes(before, after) || before!.Status?.SeedName != after!.Status?.SeedName;

    private static bool MattersToSeed(ControllerInstallation? before, ControllerInstallation? after) =>
        HasOtherWishes(before, after)
        || WantedRegistrations.IsRequired(before!) != WantedRegistrations.IsRequired(after!)
        || !SameEntries(before!.Metadata.Labels, after!.Metadata.Labels)
        || !SameEntries(before.Metadata.Annotations, after.Metadata.Annotations);

    private static bool HasOtherWishes<T>(T? before, T? after) where T : KubernetesObject =>
        before is null || after is null
        || before.Metadata.Uid != after.Metadata.Uid
        || before.Metadata.Generation != after.Metadata.Generation
        || before.Metadata.IsDeleting() != after.Metadata.IsDeleting()
        || PodSecurityOf(before) != PodSecurityOf(after);

    private static string? PodSecurityOf(KubernetesObject value) => value.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce);

    private static bool SameEntries(IReadOnlyDictionary<string, string>? before, IReadOnlyDictionary<string, string>? after) =>
        (before?.Count ?? 0) == (after?.Count ?? 0)
        && (before is null || before.All(entry => after!.TryGetValue(entry.Key, out var value) && value == entry.Value));

    private static IEnumerable<ObjectKey> AllSeeds(ControllerManager manager) => manager.CacheOf<Seed>().List().Select(seed => seed.Key);

    private static IEnumerable<ObjectKey> SeedOf(ControllerInstallation installation) => Named(installation.Spec.SeedRef?.Name);

    private static IEnumerable<ObjectKey> Named(params string?[] names) =>
        names.Where(name => !string.IsNullOrEmpty(name)).Distinct().Select(name => ObjectKey.Cluster(name!));
}
