using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Tokens;

namespace Hortus.Gardenlet;

/// <summary>The controllers that install extensions in the seed.</summary>
internal static class InstallationControllers
{
    private static readonly TimeSpan TokenSyncPeriod = TimeSpan.FromHours(1);

    /// <summary>Registers all of them.</summary>
    public static void AddTo(GardenletSurroundings surroundings)
    {
        var status = new InstallationStatusWriter(surroundings);
        new InstallationReconciler(surroundings, status, new InstallationDeletion(surroundings, status)).AddTo(surroundings.Garden);
        new InstallationCareReconciler(surroundings, status).AddTo(surroundings.Garden);
        new InstallationRequiredReconciler(surroundings, status).AddTo(surroundings.Garden);
        TokenReconciler.Add(new TokenRequestorSettings
        {
            Source = surroundings.Seed,
            Target = surroundings.GardenClient,
            TargetAuthority = surroundings.GardenConnection.CertificateAuthorityPem,
            Class = TokenRequestorNames.ClassGarden,
            AccountNamespace = GardenerNames.SeedNamespace(surroundings.SeedName),
            SyncPeriod = TokenSyncPeriod,
            Clock = surroundings.Clock,
            Logs = surroundings.Logs,
            Random = surroundings.Random,
        });
    }
}
