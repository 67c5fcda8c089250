using Hortus.ApiServer.Admission;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Admission;

/// <summary>Keeps a BackupBucket while it holds the backups of something.</summary>
internal sealed class BackupBucketAdmission(GardenReader garden) : GardenAdmissionPlugin<BackupBucket>
{
    public override string Name => "BackupBucket";

    protected override async ValueTask CheckDeleteAsync(
        BackupBucket deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var entries = (await garden.Objects.ListAsync<BackupEntry>(null, cancellationToken))
            .Where(entry => entry.Spec.BucketName == deleted.Metadata.Name)
            .Select(entry => entry.Key)
            .ToArray();
        if (entries.Length > 0)
        {
            throw Forbidden(
                attributes,
                $"cannot delete the bucket because it holds the backups of {entries.Length} BackupEntry(s) "
                    + $"({string.Join(", ", entries.Take(GardenReader.ShootsShownMax))})");
        }
    }
}
