using Hortus.Local.Bootstrap;
using Hortus.Local.Registry;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Tests.Registry;

public sealed class RegistryPodTests
{
    private static readonly StateDirectory State = new("/srv/garden");

    [Fact]
    public void The_pod_keeps_its_data_in_the_state_folder_and_sees_none_of_the_clusters_keys()
    {
        var pod = RegistryPod.Render(State, "1");
        var volumes = pod.Spec.Volumes!.ToDictionary(volume => volume.Name, volume => volume.HostPath!.Path);

        pod.Spec.Containers[0].VolumeMounts!.Select(mount => volumes[mount.Name])
            .ShouldBe(["/srv/garden/registry/configuration", "/srv/garden/registry/data"]);
        pod.Spec.AutomountServiceAccountToken.ShouldBe(false);
    }

    [Fact]
    public void Another_configuration_makes_another_pod()
    {
        RegistryPod.Render(State, "1").Metadata.Annotations.ShouldNotBe(RegistryPod.Render(State, "2").Metadata.Annotations);
    }

    [Fact]
    public void The_cluster_is_told_the_way_to_the_registry_its_authority_and_who_may_pull()
    {
        using var folder = new TemporaryFolder();
        var state = new StateDirectory(folder["state"]);
        state.Create(1);
        var authority = new ClusterPki(state.Runtime, TimeProvider.System);
        authority.Ensure(6443);
        new RegistryFiles(state).Ensure(authority);
        var objects = new RegistryObjects().Render().Concat(new RegistryAccessObjects(state).Render()).ToArray();

        objects.OfType<Service>().Single().Spec.Selector.ShouldBeNull();
        var slice = objects.OfType<EndpointSlice>().Single();
        slice.Endpoints[0].Addresses.ShouldBe([LocalCluster.Runtime.NodeAddress]);
        slice.Ports![0].Port.ShouldBe(RegistryPod.Render(state, "").Spec.Containers[0].Ports![0].Port);
        objects.OfType<Secret>().Select(secret => $"{secret.Metadata.Labels!["gardener.cloud/role"]} {secret.Data!.Keys.Single()}").Order()
            .ShouldBe(["helm-pull-secret .dockerconfigjson", "oci-ca-bundle bundle.crt"]);
    }
}
