using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

public sealed class EtcdTests
{
    public static EtcdValues Values(string space) => new()
    {
        Namespace = space,
        Name = "etcd-of-tests",
        Image = "etcd:1",
        ServerSecret = "server",
        ClientSecret = "client",
        StorageCapacity = Quantity.Parse("1Gi"),
    };

    [Fact]
    public void Servers_find_it_by_its_Service_and_show_a_certificate()
    {
        var objects = new Etcd(Values("space")).Render();
        var store = Etcd.StoreOf("space", "etcd-of-tests", "client");

        var service = objects.OfType<Service>().Single();
        var set = objects.OfType<StatefulSet>().Single().Spec;
        store.Arguments[0].ShouldBe($"--etcd-servers=https://{service.Metadata.Name}.space.svc:{service.Spec.Ports![0].Port}");
        service.Spec.Selector!.ShouldAllBe(label => set.Template.Metadata!.Labels![label.Key] == label.Value);
        Etcd.HostsOf("space", "etcd-of-tests").ShouldContain($"{service.Metadata.Name}.space.svc");
        store.Volumes.ShouldHaveSingleItem().Secret!.SecretName.ShouldBe("client");
        store.Claims.ShouldBeNull();
        var member = set.Template.Spec!.Containers.ShouldHaveSingleItem();
        member.Args!.ShouldContain("--client-cert-auth");
        set.Template.Spec.Volumes!.ShouldHaveSingleItem().Secret!.SecretName.ShouldBe("server");
        set.VolumeClaimTemplates!.ShouldHaveSingleItem().Metadata.Name.ShouldBe(member.VolumeMounts![0].Name);
    }

    [Fact]
    public void With_snapshots_it_is_there_before_the_first_and_ends_after_the_last()
    {
        var snapshots = new StoreSnapshots("hortus:1", "bucket", "store", "/buckets");

        var pod = new Etcd(Values("space") with { Snapshots = snapshots }).Render().OfType<StatefulSet>().Single().Spec.Template.Spec!;

        var member = pod.InitContainers!.ShouldHaveSingleItem();
        member.RestartPolicy.ShouldBe("Always");
        member.StartupProbe.ShouldNotBeNull();
        var backup = pod.Containers.ShouldHaveSingleItem();
        backup.Args!.ShouldBe(
        [
            "backup", "run", "--etcd-servers=https://127.0.0.1:2379", "--etcd-cafile=/srv/etcd-client/ca.crt",
            "--etcd-certfile=/srv/etcd-client/tls.crt", "--etcd-keyfile=/srv/etcd-client/tls.key",
            "--to=/srv/backup-bucket/store/etcd-main",
        ]);
        backup.VolumeMounts!.Select(mount => mount.Name).ShouldBe(pod.Volumes!.Select(volume => volume.Name).Where(name => name != "etcd-server"));
    }

    [Fact]
    public void A_server_on_it_has_no_volume_of_its_own()
    {
        var server = new GardenerApiServer(new GardenerApiServerValues
        {
            Namespace = "space",
            Image = "hortus:1",
            ClusterIdentity = "test",
            ServerSecret = "server",
            KubeconfigSecret = "kubeconfig",
            Store = Etcd.StoreOf("space", "etcd-of-tests", "client"),
        }).Render().OfType<StatefulSet>().Single().Spec;

        server.VolumeClaimTemplates.ShouldBeNull();
        server.PersistentVolumeClaimRetentionPolicy.ShouldBeNull();
        var container = server.Template.Spec!.Containers.ShouldHaveSingleItem();
        container.Args!.ShouldContain("--etcd-servers=https://etcd-of-tests-client.space.svc:2379");
        container.Args!.ShouldNotContain(argument => argument.StartsWith("--data-dir", StringComparison.Ordinal));
        container.VolumeMounts!.Select(mount => mount.Name).ShouldContain("etcd-client");
    }
}
