using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Validation;

public class ShootWorkerValidatorTests
{
    private const string Pool = "spec.provider.workers[0]";

    [Fact]
    public void Name_IsALabelOfAtMost15Characters()
    {
        FaultsOf(w => w with { Name = "a-name-too-long1" }).ShouldBe(
            [$"{Pool}.name: Too long: may not be more than 15 bytes"]);
        FaultsOf(w => w with { Name = "Pool" }).ShouldHaveSingleItem().ShouldStartWith(
            $"{Pool}.name: Invalid value: \"Pool\"");
        FaultsOf(w => w with { Name = "" }).ShouldBe([$"{Pool}.name: Required value"]);
    }

    [Fact]
    public void Names_AreUnique() =>
        Check(ValidShoot.With(
            s => s with { Provider = s.Provider with { Workers = [.. s.Provider.Workers!, .. s.Provider.Workers!] } }))
            .ShouldBe(["spec.provider.workers[1].name: Duplicate value: \"pool\""]);

    [Fact]
    public void Bounds_AreNotNegativeAndInOrder()
    {
        FaultsOf(w => w with { Minimum = -1 }).ShouldBe(
            [$"{Pool}.minimum: Invalid value: -1: minimum value must not be negative"]);
        FaultsOf(w => w with { Minimum = 3 }).ShouldBe(
            [$"{Pool}.maximum: Forbidden: maximum value must not be less than minimum value"]);
    }

    [Fact]
    public void Update_NeedsSurgeOrUnavailable()
    {
        FaultsOf(w => w with { MaxSurge = 0, MaxUnavailable = 0 }).ShouldBe(
            [$"{Pool}.maxUnavailable: Invalid value: \"0\": may not be 0 when `maxSurge` is 0"]);
        FaultsOf(w => w with { MaxSurge = "0%", MaxUnavailable = "25%" }).ShouldBeEmpty();
        FaultsOf(w => w with { MaxSurge = "many" }).ShouldHaveSingleItem().ShouldStartWith(
            $"{Pool}.maxSurge: Invalid value: \"many\"");
    }

    [Fact]
    public void SystemComponents_NeedAPool()
    {
        const string fault =
            "spec.provider.workers: Forbidden: at least one worker pool with maximum > 0 must allow system components";

        FaultsOf(w => w with { SystemComponents = new WorkerSystemComponents { Allow = false } }).ShouldBe([fault]);
        FaultsOf(w => w with { Minimum = 0, Maximum = 0 }).ShouldBe([fault]);
        FaultsOf(w => w with { Taints = [new Taint { Key = "a", Effect = "NoSchedule" }] }).ShouldBe([fault]);
    }

    [Fact]
    public void VolumeSizes_AreInGi()
    {
        FaultsOf(w => w with { Volume = w.Volume! with { Size = "20G" } })
            .ShouldBe([@$"{Pool}.volume.size: Invalid value: ""20G"": must match the regex ^(\d)+Gi$"]);
        FaultsOf(
            w => w with
            {
                DataVolumes =
                [new DataVolume { Name = "d", Size = "1Gi" }, new DataVolume { Name = "d", Size = "1Gi" }]
            })
            .ShouldBe([$"{Pool}.dataVolumes[1].name: Duplicate value: \"d\""]);
        FaultsOf(w => w with { KubeletDataVolumeName = "d" })
            .ShouldBe(
                [$"{Pool}.kubeletDataVolumeName: Invalid value: \"d\": must be the name of one of the data volumes"]);
    }

    [Fact]
    public void PoolVersion_IsNotAboveAndAtMostThreeMinorsBehindTheControlPlane()
    {
        FaultsOf(w => w with { Kubernetes = new WorkerKubernetes { Version = "1.35.0" } }).ShouldBe(
            [$"{Pool}.kubernetes.version: Forbidden: worker group kubernetes version must not be higher than control "
                + "plane version"]);
        FaultsOf(w => w with { Kubernetes = new WorkerKubernetes { Version = "1.30.0" } }).ShouldHaveSingleItem()
            .ShouldContain("at most three minor versions behind");
        FaultsOf(w => w with { Kubernetes = new WorkerKubernetes { Version = "1.31.0" } }).ShouldBeEmpty();
    }

    [Fact]
    public void Kubelet_IsCheckedInThePoolToo() =>
        FaultsOf(
            w => w with { Kubernetes = new WorkerKubernetes { Kubelet = new KubeletConfig { PodPidsLimit = 10 } } })
            .ShouldBe([$"{Pool}.kubernetes.kubelet.podPidsLimit: Invalid value: 10: must be at least 100"]);

    [Fact]
    public void RuntimeStrategyAndTaintEffects_AreKnown()
    {
        FaultsOf(w => w with { Cri = new CRI { Name = "docker" } }).ShouldHaveSingleItem().ShouldContain(
            "supported values: \"containerd\"");
        FaultsOf(w => w with { UpdateStrategy = "Never" }).ShouldHaveSingleItem().ShouldStartWith(
            $"{Pool}.updateStrategy: Unsupported value");
        FaultsOf(w => w with { Taints = [new Taint { Key = "a", Effect = "Go" }] }).ShouldHaveSingleItem()
            .ShouldStartWith($"{Pool}.taints[0].effect: Unsupported value: \"Go\"");
    }

    private static IReadOnlyList<string> FaultsOf(Func<Worker, Worker> change) => Check(ValidShoot.WithWorker(change));

    private static IReadOnlyList<string> Check(Shoot shoot) => Faults(e => ShootValidator.Check(shoot, e));
}
