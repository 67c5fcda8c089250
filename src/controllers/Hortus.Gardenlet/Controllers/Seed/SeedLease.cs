using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.Gardenlet;

/// <summary>Shows the garden that this gardenlet lives: renews the seed's Lease and keeps the condition GardenletReady
/// true.</summary>
internal sealed partial class SeedLease(GardenletSurroundings surroundings, SeedStatusWriter status)
{
    private const int DurationSeconds = 40;

    private static readonly HealthCheckResult Ready = new(
        GardenerConditions.GardenletReady, true, "GardenletReady", "Gardenlet renews its lease.");

    private readonly ILogger log = surroundings.Logs.CreateLogger<SeedLease>();
    private int misses;

    /// <summary>Why the process should be restarted, or null.</summary>
    public string? Fault() => misses <= surroundings.Settings.LeaseMissesMax
        ? null
        : $"the lease of seed {surroundings.SeedName} could not be renewed {misses} times in a row";

    /// <summary>Renews until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(surroundings.Settings.LeaseRenewalPeriod, surroundings.Clock);
        do
        {
            try
            {
                await RenewAsync(cancellationToken);
                misses = 0;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                misses++;
                LogMissed(log, surroundings.Servers?.LevelOf(e) ?? LogLevel.Warning, surroundings.SeedName, misses, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        var seed = await surroundings.GardenClient.FindAsync<Seed>(ObjectKey.Cluster(surroundings.SeedName), cancellationToken);
        if (seed is null)
        {
            return;
        }

        var lease = new Lease
        {
            Metadata = new ObjectMeta
            {
                Namespace = GardenerNames.SeedLeaseNamespace,
                Name = surroundings.SeedName,
                OwnerReferences = [seed.AsOwner()],
            },
            Spec = new LeaseSpec
            {
                HolderIdentity = surroundings.Identity.Id,
                LeaseDurationSeconds = DurationSeconds,
                RenewTime = surroundings.Clock.GetUtcNow(),
            },
        };
        await surroundings.GardenClient.ApplyAsync(lease, GardenletIdentity.FieldManager, cancellationToken);
        await status.SetConditionsAsync(seed, [Ready], cancellationToken);
    }

    [LoggerMessage(EventId = 7100, Message = "cannot renew the lease of seed {Seed}, {Misses} times in a row: {Reason}")]
    private static partial void LogMissed(ILogger logger, LogLevel level, string seed, int misses, string reason);
}
