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
        if (await garden.DescribeAsync<BackupEntry>(entry => entry.Spec.BucketName == deleted.Metadata.Name, cancellationToken)
            is { } entries)
        {
            throw Forbidden(attributes, $"cannot delete the bucket because it holds the backups of {entries}");
        }
    }
}
