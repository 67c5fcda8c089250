using System.Text;
using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator.Tests;

public sealed class GardenBackupTests
{
    [Theory]
    [InlineData(null, "garden-uid", "virtual-garden-etcd-main")]
    [InlineData("", "garden-uid", "virtual-garden-etcd-main")]
    [InlineData("mine", "mine", "virtual-garden-etcd-main")]
    [InlineData("mine/", "mine", "virtual-garden-etcd-main")]
    [InlineData("mine/a/b/", "mine", "a/b/virtual-garden-etcd-main")]
    public void The_bucket_is_named_up_to_the_first_slash(string? name, string bucket, string prefix)
    {
        var backup = GardenBackup.Of(Garden(name, "r1", null))!;

        backup.Bucket.ShouldBe(bucket);
        backup.Prefix.ShouldBe(prefix);
        backup.EntryName.ShouldBe("garden--uid");
    }

    [Theory]
    [InlineData("r1", "r2", "r1")]
    [InlineData(null, "r2", "r2")]
    [InlineData("", "r2", "r2")]
    public void The_region_is_the_runtime_clusters_unless_it_is_given(string? region, string? runtime, string expected) =>
        GardenBackup.Of(Garden(null, region, runtime))!.Region.ShouldBe(expected);

    [Fact]
    public void Without_any_region_the_field_is_named() =>
        Should.Throw<InvalidOperationException>(() => GardenBackup.Of(Garden(null, null, null))).Message
            .ShouldStartWith("spec.virtualCluster.etcd.main.backup.region: ");

    [Fact]
    public void A_garden_without_backup_has_none() => GardenBackup.Of(OperatorWorld.NewGarden()).ShouldBeNull();

    [Fact]
    public void Credentials_made_for_the_bucket_go_before_those_of_the_garden()
    {
        var backup = GardenBackup.Of(Garden(null, "r1", null))!;
        var made = new SecretReference { Namespace = "garden", Name = "made" };

        backup.EntryObject(new BackupBucket()).Spec.SecretRef.Name.ShouldBe("backup");
        backup.EntryObject(new BackupBucket { Status = new BackupBucketStatus { GeneratedSecretRef = made } }).Spec.SecretRef.ShouldBe(made);
    }

    [Fact]
    public void The_stores_Secret_has_the_credentials_and_says_where_to()
    {
        var backup = GardenBackup.Of(Garden("mine/x", "r1", null))!;
        var credentials = new Secret { Data = new Dictionary<string, byte[]> { ["region"] = "of the credentials"u8.ToArray() } };

        var secret = backup.StoreSecret(credentials);

        secret.Key.ShouldBe(new ObjectKey("garden", "etcd-backup"));
        secret.Data!.ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetString(entry.Value)).ShouldBe(
            new Dictionary<string, string>
            {
                ["region"] = "of the credentials",
                ["bucketName"] = "mine",
                ["prefix"] = "x/virtual-garden-etcd-main",
                ["provider"] = "local",
                ["bucketRegion"] = "r1",
            },
            ignoreOrder: true);
    }

    private static Garden Garden(string? bucket, string? region, string? runtimeRegion)
    {
        var garden = OperatorWorld.NewGarden();
        return garden with
        {
            Metadata = garden.Metadata with { Uid = "uid" },
            Spec = garden.Spec with
            {
                RuntimeCluster = garden.Spec.RuntimeCluster with { Provider = new RuntimeProvider { Region = runtimeRegion } },
                VirtualCluster = garden.Spec.VirtualCluster with
                {
                    Etcd = new ETCD
                    {
                        Main = new ETCDMain
                        {
                            Backup = new Backup
                            {
                                Provider = "local",
                                BucketName = bucket,
                                Region = region,
                                SecretRef = new LocalObjectReference { Name = "backup" },
                            },
                        },
                    },
                },
            },
        };
    }
}
