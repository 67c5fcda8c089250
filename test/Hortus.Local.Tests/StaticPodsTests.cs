using Hortus.Components;
using Hortus.Local.Bootstrap;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Tests;

public sealed class StaticPodsTests
{
    private static readonly StateDirectory State = new("/srv/garden");
    private static readonly IReadOnlyDictionary<string, Pod> Pods = StaticPods.Render(State.Runtime, new ImageVector(), "1.35.4");

    [Fact]
    public void The_API_server_and_its_controllers_come_before_everything_else()
    {
        Pods.Keys.Order().ShouldBe(["kube-apiserver.json", "kube-controller-manager.json"]);
    }

    [Fact]
    public void They_live_in_the_nodes_network_and_in_kube_system()
    {
        foreach (var pod in Pods.Values)
        {
            pod.Spec.HostNetwork.ShouldBe(true);
            pod.Metadata.Namespace.ShouldBe("kube-system");
        }
    }

    [Fact]
    public void Their_images_carry_the_version()
    {
        Pods.Values.Select(pod => pod.Spec.Containers[0].Image).Order().ShouldBe(
            ["registry.k8s.io/kube-apiserver:v1.35.4", "registry.k8s.io/kube-controller-manager:v1.35.4"]);
    }

    [Fact]
    public void Every_mount_has_a_volume_below_the_state_folder()
    {
        foreach (var pod in Pods.Values)
        {
            var volumes = pod.Spec.Volumes!.ToDictionary(volume => volume.Name, volume => volume.HostPath!.Path);
            foreach (var mount in pod.Spec.Containers[0].VolumeMounts!)
            {
                volumes[mount.Name].ShouldStartWith(State.Root + "/");
            }
        }
    }

    [Fact]
    public void Keys_cannot_be_changed_by_the_pods_that_use_them()
    {
        foreach (var mount in Pods.Values.SelectMany(pod => pod.Spec.Containers[0].VolumeMounts!).Where(mount => mount.Name == "pki"))
        {
            mount.ReadOnly.ShouldBe(true);
        }
    }

    [Fact]
    public void Every_file_named_in_the_arguments_is_mounted()
    {
        foreach (var container in Pods.Values.Select(pod => pod.Spec.Containers[0]))
        {
            var files = container.Args!.Select(argument => argument.Split('=', 2)[^1])
                .Where(value => value.StartsWith('/') && !value.Contains("/16", StringComparison.Ordinal));
            foreach (var file in files)
            {
                container.VolumeMounts!.ShouldContain(mount => file.StartsWith(mount.MountPath, StringComparison.Ordinal), file);
            }
        }
    }

    [Fact]
    public void The_data_of_the_runtime_cluster_is_in_the_state_folder()
    {
        var pod = Pods["kube-apiserver.json"];

        pod.Spec.Volumes!.Single(volume => volume.Name == "data").HostPath!.Path.ShouldBe("/srv/garden/runtime-store");
    }

    [Fact]
    public void The_manifests_survive_being_written_and_read()
    {
        foreach (var pod in Pods.Values)
        {
            KubernetesJson.Deserialize<Pod>(KubernetesJson.Serialize(pod)).Spec.Containers[0].Args
                .ShouldBe(pod.Spec.Containers[0].Args);
        }
    }
}
