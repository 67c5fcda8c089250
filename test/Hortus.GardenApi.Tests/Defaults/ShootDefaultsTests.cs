using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Defaults;

public class ShootDefaultsTests
{
    [Fact]
    public void Defaults_AreThoseOfTheApi()
    {
        var spec = ValidShoot.Spec;

        spec.Purpose.ShouldBe("evaluation");
        spec.SchedulerName.ShouldBe("default-scheduler");
        spec.Networking!.IpFamilies.ShouldBe(["IPv4"]);
        spec.Maintenance!.AutoUpdate!.MachineImageVersion.ShouldBe(true);
        spec.Kubernetes.KubeControllerManager!.NodeCIDRMaskSize.ShouldBe(24);
        spec.Kubernetes.KubeControllerManager.NodeMonitorGracePeriod.ShouldBe("40s");
        spec.Kubernetes.KubeAPIServer!.DefaultNotReadyTolerationSeconds.ShouldBe(300);
        spec.Kubernetes.KubeAPIServer.EncryptionConfig!.Provider.Type.ShouldBe("aescbc");
        spec.Kubernetes.KubeProxy!.Mode.ShouldBe("IPTables");
        spec.SystemComponents!.CoreDNS!.Autoscaling!.Mode.ShouldBe("horizontal");
        var worker = spec.Provider.Workers![0];
        worker.MaxSurge.ShouldBe((IntOrString)1);
        worker.MaxUnavailable.ShouldBe((IntOrString)0);
        worker.Cri!.Name.ShouldBe("containerd");
        worker.Machine.Architecture.ShouldBe("amd64");
    }

    [Fact]
    public void Defaults_AppliedTwiceChangeNothing() =>
        KubernetesJson.Serialize(ShootDefaults.Apply(ValidShoot)).ShouldBe(KubernetesJson.Serialize(ValidShoot));

    [Theory]
    [InlineData(110, 24)]
    [InlineData(64, 25)]
    [InlineData(128, 24)]
    [InlineData(129, 23)]
    public void NodeMask_HoldsTwiceThePods(int maxPods, int bits) =>
        KubernetesDefaults.Apply(
            new Objects.Gardener.Core.Kubernetes { Kubelet = new KubeletConfig { MaxPods = maxPods } },
            new Networking(), workerless: false)
            .KubeControllerManager!.NodeCIDRMaskSize.ShouldBe(bits);

    [Fact]
    public void GardenNamespace_ToleratesProtectedSeeds() =>
        ShootDefaults.Apply(ValidShoot with { Metadata = ValidShoot.Metadata with { Namespace = "garden" } })
            .Spec.Tolerations!.ShouldHaveSingleItem().Key.ShouldBe("seed.gardener.cloud/protected");

    [Fact]
    public void OldProfileName_BecomesAReference()
    {
        var shoot = ShootDefaults.Apply(new Shoot { Spec = new ShootSpec { CloudProfileName = "local" } });

        (shoot.Spec.CloudProfile!.Kind, shoot.Spec.CloudProfile.Name).ShouldBe(("CloudProfile", "local"));
    }

    [Fact]
    public void WorkerlessShoot_GetsNoNodeSettings()
    {
        var spec = ShootDefaults.Apply(new Shoot()).Spec;

        spec.Kubernetes.Kubelet.ShouldBeNull();
        spec.Kubernetes.KubeProxy.ShouldBeNull();
        spec.SystemComponents.ShouldBeNull();
        spec.Maintenance!.AutoUpdate!.MachineImageVersion.ShouldBeNull();
    }

    [Fact]
    public void InPlaceUpdates_TakeMachinesAwayInsteadOfAddingThem()
    {
        var worker = WorkerDefaults.Apply(
            new Provider { Workers = [ValidWorker with { UpdateStrategy = "AutoInPlaceUpdate" }] }).Workers![0];

        (worker.MaxSurge, worker.MaxUnavailable).ShouldBe(((IntOrString)0, (IntOrString)1));
    }
}
