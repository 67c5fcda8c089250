using System.Text;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

public sealed class StoreSnapshotsTests
{
    [Fact]
    public void A_bucket_that_is_a_folder_of_the_node_is_mounted()
    {
        var snapshots = StoreSnapshots.Of(Secret(("hostPath", "/backups")), "hortus:1").ShouldNotBeNull();

        var pod = Server(snapshots);

        pod.Containers[1].Args.ShouldBe(
            ["backup", "run", "--data-dir=/var/lib/store", "--to=/srv/backup-bucket/team/store/virtual-garden-kube-apiserver"]);
        pod.Containers[1].VolumeMounts!.Single(m => m.MountPath == "/var/lib/store").ReadOnly.ShouldBe(true);
        pod.Volumes!.Single(v => v.HostPath is not null).HostPath!.Path.ShouldBe("/backups/bucket");
    }

    [Fact]
    public void A_bucket_of_an_object_store_is_reached_with_the_secret()
    {
        var snapshots = StoreSnapshots.Of(Secret(("accessKeyID", "a")), "hortus:1").ShouldNotBeNull();

        var pod = Server(snapshots);

        pod.Containers[1].Args!.ShouldContain("--to=s3://bucket/team/store/virtual-garden-kube-apiserver");
        pod.Containers[1].Args!.ShouldContain("--credentials-dir=/srv/backup-credentials");
        pod.Volumes!.ShouldContain(v => v.Secret != null && v.Secret.SecretName == EtcdBackup.SecretName);
    }

    [Fact]
    public void Without_a_bucket_that_snapshots_can_go_to_the_server_is_alone()
    {
        StoreSnapshots.Of(Secret(("serviceaccount.json", "{}")), "hortus:1").ShouldBeNull();

        Server(null).Containers.Count.ShouldBe(1);
    }

    private static PodSpec Server(StoreSnapshots? snapshots) => new KubeApiServer(new KubeApiServerValues
    {
        Namespace = "garden",
        Name = "virtual-garden-kube-apiserver",
        Image = "hortus:1",
        ServiceClusterIPRange = "100.64.0.0/13",
        AdvertiseAddress = "10.2.0.7",
        ServiceAccountIssuer = "https://issuer",
        ServerSecret = "server",
        ClientCaSecret = "client",
        ServiceAccountKeySecret = "key",
        Store = new EmbeddedStore(Quantity.Parse("1Gi"), snapshots),
    }).Render().OfType<StatefulSet>().Single().Spec.Template.Spec!;

    private static Secret Secret(params (string Key, string Value)[] access) => new()
    {
        Metadata = new ObjectMeta { Namespace = "garden", Name = EtcdBackup.SecretName },
        Data = access.Append((EtcdBackup.BucketName, "bucket")).Append((EtcdBackup.Prefix, "team/store"))
            .ToDictionary(pair => pair.Item1, pair => Encoding.UTF8.GetBytes(pair.Item2)),
    };
}
