using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary><c>hortus controller-manager</c>: the controllers of the virtual garden that need no seed.</summary>
public sealed class GardenControllerManagerComponent
{
    private static readonly TimeSpan SeedLifecyclePeriod = TimeSpan.FromSeconds(10);

    /// <summary>Name of the component.</summary>
    public const string Name = "gardener-controller-manager";

    /// <summary>How to host the component: connection, lease and health port.</summary>
    public static ComponentHostOptions HostOptions(GardenControllerManagerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new()
        {
            Name = Name,
            Kubeconfig = options.Kubeconfig,
            HealthPort = options.HealthPort,
            LeaderElection = options.LeaderElect ? LeaderElectionOptions.InGarden(Name) : null,
        };
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var manager = context.CreateManager();
        manager.AddController("project", new ProjectReconciler(manager), controller => controller
            .For<Project>()
            .Watches<Namespace>(ProjectOfNamespace)
            .Watches<Shoot>(shoot => ProjectOfShoot(manager, shoot), (_, after) => after is null));
        manager.AddController("credentialsbinding", new CredentialsBindingReconciler(manager), controller => controller
            .For<CredentialsBinding>()
            .Watches<Shoot>(CredentialsOf, Changed(shoot => shoot.Spec.CredentialsBindingName)));
        manager.AddController("secretbinding", new SecretBindingReconciler(manager), controller => controller
            .For<SecretBinding>()
            .Watches<Shoot>(SecretBindingOf, Changed(shoot => shoot.Spec.SecretBindingName)));
        manager.AddController("cloudprofile", new CloudProfileReconciler(manager), controller => controller
            .For<CloudProfile>()
            .Watches<NamespacedCloudProfile>(
                child => [ObjectKey.Cluster(child.Spec.Parent.Name)], (before, after) => before is null || after is null)
            .Watches<Shoot>(CloudProfileOf, Changed(CloudProfileReconciler.ProfileOf)));
        manager.AddController("seed", new SeedReconciler(manager), controller => controller
            .For<Seed>((before, after) => before is null || after is null)
            .Watches<Secret>(_ => AllSeeds(manager), scope: SeedReconciler.SharedSecrets));
        manager.AddController("seed-lifecycle", new SeedLifecycleReconciler(manager, context.Clock), controller => controller
            .For<Seed>((before, after) => before is null || after is null)
            .Watches<Lease>(
                lease => [ObjectKey.Cluster(lease.Metadata.Name!)], (before, _) => before is null, SeedLifecycleReconciler.Leases)
            .WithResync(SeedLifecyclePeriod));
        manager.AddController("seed-care", new SeedCareReconciler(manager, context.Clock), controller => controller
            .For<Seed>()
            .Watches<ControllerInstallation>(i => i.Spec.SeedRef?.Name is { } seed ? [ObjectKey.Cluster(seed)] : [])
            .Watches<BackupBucket>(bucket => bucket.Spec.SeedName is { } seed ? [ObjectKey.Cluster(seed)] : []));
        manager.AddController("csr-approver", new SeedRequestReconciler(manager, context.Clock), controller => controller
            .For<CertificateSigningRequest>((_, after) => after is not null));
        manager.AddController("shoot-status-label", new ShootStatusLabelReconciler(manager), controller => controller.For<Shoot>());
        ExtensionControllers.Add(manager);
        await manager.RunAsync(cancellationToken);
    }

    private static IEnumerable<ObjectKey> ProjectOfNamespace(Namespace value) =>
        value.Metadata.Label(GardenerLabels.ProjectName) is { } project ? [ObjectKey.Cluster(project)] : [];

    private static IEnumerable<ObjectKey> ProjectOfShoot(ControllerManager manager, Shoot shoot) =>
        manager.CacheOf<Project>().List().Where(p => p.Spec.Namespace == shoot.Metadata.Namespace).Select(p => p.Key);

    private static IEnumerable<ObjectKey> CredentialsOf(Shoot shoot) =>
        shoot.Spec.CredentialsBindingName is { } name ? [new ObjectKey(shoot.Metadata.Namespace, name)] : [];

    private static IEnumerable<ObjectKey> SecretBindingOf(Shoot shoot) =>
        shoot.Spec.SecretBindingName is { } name ? [new ObjectKey(shoot.Metadata.Namespace, name)] : [];

    // Shoots change all the time, what they refer to hardly ever.
    private static Func<Shoot?, Shoot?, bool> Changed(Func<Shoot, string?> reference) =>
        (before, after) => before is null || after is null || reference(before) != reference(after);

    private static IEnumerable<ObjectKey> CloudProfileOf(Shoot shoot) =>
        CloudProfileReconciler.ProfileOf(shoot) is { } name ? [ObjectKey.Cluster(name)] : [];

    private static IEnumerable<ObjectKey> AllSeeds(ControllerManager manager) =>
        manager.CacheOf<Seed>().List().Select(seed => seed.Key);
}
