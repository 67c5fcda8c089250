using System.Text;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet.Tests;

public sealed class WorkerPoolsTests
{
    private static readonly Worker Pool = new()
    {
        Name = "a",
        Machine = new Machine { Type = "local", Image = new ShootMachineImage { Name = "local", Version = "1.0.0" } },
        Cri = new CRI { Name = "containerd" },
        Minimum = 1,
        Maximum = 2,
    };

    [Fact]
    public void Key_changes_exactly_with_what_replaces_machines()
    {
        var key = Key(Pool);

        key.ShouldMatch("^gardener-node-agent-a-[0-9a-f]{16}$");
        Key(Pool, "1.35.9").ShouldBe(key, "patch versions do not roll");
        Key(Pool with { Minimum = 2 }).ShouldBe(key, "sizes do not roll");
        Key(Pool, "1.36.0").ShouldNotBe(key);
        Key(Pool with { Machine = Pool.Machine with { Image = new ShootMachineImage { Name = "local", Version = "2.0.0" } } })
            .ShouldNotBe(key);
        WorkerPools.KeyOf(Inputs("1.35.4"), Pool, "ca-new").ShouldNotBe(key);
    }

    [Fact]
    public void Configuration_holds_the_bootstrap_kubeconfig()
    {
        var config = WorkerPools.ConfigOf(Inputs("1.35.4"), Pool, "key", "kubeconfig text");

        config.Spec.Purpose.ShouldBe("provision");
        config.Spec.Type.ShouldBe("local");
        var file = config.Spec.Files!.ShouldHaveSingleItem();
        file.Path.ShouldBe(MachineFiles.BootstrapKubeconfig);
        Encoding.UTF8.GetString(Convert.FromBase64String(file.Content.Inline!.Data)).ShouldBe("kubeconfig text");
    }

    [Fact]
    public void Pool_gets_labels_capacity_and_user_data()
    {
        var config = new Ext.OperatingSystemConfig
        {
            Status = new Ext.OperatingSystemConfigStatus
            {
                CloudConfig = new Ext.CloudConfig { SecretRef = new Objects.Kubernetes.SecretReference { Name = "osc" } },
            },
        };

        var pool = WorkerPools.PoolOf(Inputs("1.35.4"), Pool, "key", config);

        pool.Labels![GardenerLabels.WorkerPool].ShouldBe("a");
        pool.NodeTemplate!.Capacity["cpu"].ShouldBe(Quantity.Parse("2"));
        pool.UserDataSecretRef.Name.ShouldBe("osc");
        pool.UserDataSecretRef.Key.ShouldBe(MachineFiles.CloudConfigKey);
        pool.NodeAgentSecretName.ShouldBe("key");
    }

    private static string Key(Worker pool, string version = "1.35.4") => WorkerPools.KeyOf(Inputs(version), pool, "ca-1");

    private static ShootInputs Inputs(string version) => new()
    {
        Shoot = new Shoot { Spec = new ShootSpec { Kubernetes = new Objects.Gardener.Core.Kubernetes { Version = version } } },
        Seed = new Seed(),
        CloudProfile = new CloudProfile
        {
            Spec = new CloudProfileSpec
            {
                MachineTypes = [new MachineType { Name = "local", Cpu = Quantity.Parse("2"), Memory = Quantity.Parse("8Gi") }],
            },
        },
        ProjectName = "local",
        TechnicalID = "shoot--local--one",
    };
}
