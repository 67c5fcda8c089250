using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Objects.Gardener;

/// <summary>Lists of the Gardener kinds by who serves them.</summary>
public static class GardenerKinds
{
    /// <summary>Kinds that the garden's API server has built in.</summary>
    public static IReadOnlyList<Type> CoreApi { get; } =
    [
        typeof(Project), typeof(CloudProfile), typeof(NamespacedCloudProfile), typeof(Seed), typeof(Shoot),
        typeof(ControllerRegistration), typeof(ControllerDeployment), typeof(Core.V1Beta1.ControllerDeployment),
        typeof(ControllerInstallation),
        typeof(SecretBinding), typeof(BackupBucket), typeof(BackupEntry), typeof(Quota), typeof(ExposureClass),
        typeof(InternalSecret), typeof(ShootState), typeof(CredentialsBinding), typeof(WorkloadIdentity),
        typeof(Gardenlet), typeof(ManagedSeed), typeof(ManagedSeedSet), typeof(Operations.Bastion),
    ];

    /// <summary>Kinds that seeds have as custom resources.</summary>
    public static IReadOnlyList<Type> SeedCrds { get; } =
    [
        typeof(Extensions.BackupBucket), typeof(Extensions.BackupEntry), typeof(Extensions.Bastion),
        typeof(Extensions.Cluster), typeof(Extensions.ContainerRuntime), typeof(Extensions.ControlPlane),
        typeof(Extensions.DNSRecord), typeof(Extensions.Extension), typeof(Extensions.Infrastructure),
        typeof(Extensions.Network), typeof(Extensions.OperatingSystemConfig),
        typeof(Extensions.SelfHostedShootExposure), typeof(Extensions.Worker), typeof(ManagedResource),
        typeof(Machine.Machine), typeof(MachineSet), typeof(MachineDeployment), typeof(MachineClass),
    ];

    /// <summary>Kinds that the runtime cluster has as custom resources, besides those of a seed.</summary>
    public static IReadOnlyList<Type> RuntimeCrds { get; } = [typeof(Garden), typeof(Operator.Extension)];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Type> All { get; } = [.. CoreApi, .. SeedCrds, .. RuntimeCrds];
}
