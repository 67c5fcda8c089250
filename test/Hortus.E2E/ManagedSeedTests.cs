using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>A Shoot becomes a seed, hosts another Shoot, and goes again.</summary>
[Trait("Category", "EndToEnd")]
[Collection("local garden")]
[TestCaseOrderer("Hortus.E2E.ByOrder", "Hortus.E2E")]
public sealed class ManagedSeedTests(ManagedSeedTests.Fixture fixture) : IClassFixture<ManagedSeedTests.Fixture>
{
    private const string Space = "shoot--local--nested";

    private readonly LocalGarden garden = fixture.Garden;

    [Fact, Order(1)]
    public async Task A_shoot_becomes_a_seed_with_a_gardenlet_of_its_own()
    {
        (await garden.KubectlAsync("apply", "-f", BuiltTools.Example("60-managed-seed.yaml"))).Succeeded();

        (await garden.KubectlAsync(
            TimeSpan.FromMinutes(4), "-n", "garden", "wait", "managedseed/managed", "--for=condition=SeedRegistered", "--timeout=3m")).Succeeded();
        foreach (var condition in new[] { "GardenletReady", "ExtensionsReady" })
        {
            (await garden.KubectlAsync(
                TimeSpan.FromMinutes(3), "wait", "seed/managed", $"--for=condition={condition}", "--timeout=2m")).Succeeded();
        }

        (await InSeedAsync("-n", "garden", "get", "deployment", "gardenlet", "-o", "jsonpath={.status.availableReplicas}"))
            .Succeeded().ShouldBe("1");
        (await garden.KubectlAsync("get", "seed", "managed", "-o", "jsonpath={.spec.provider.region} {.spec.networks.nodes} {.spec.networks.pods}"))
            .Succeeded().ShouldBe("local 10.0.0.0/17 10.3.0.0/16");
        await GardenToShootTests.EventuallyAsync("the bootstrap token is gone", async () => !(await garden.KubectlAsync(
            "-n", "kube-system", "get", "secrets", "-o", "name")).Succeeded().Contains("bootstrap-token-", StringComparison.Ordinal));
    }

    [Fact, Order(2)]
    public async Task The_gardenlet_of_the_shoot_hosts_another_shoot_with_a_ready_node()
    {
        (await garden.KubectlAsync("apply", "-f", BuiltTools.Example("95-shoot-on-managed-seed.yaml"))).Succeeded();
        (await garden.WaitForShootAsync("nested")).Succeeded();
        (await garden.KubectlAsync("-n", "garden-local", "wait", "shoot/nested", "--for=condition=EveryNodeReady", "--timeout=1m")).Succeeded();

        (await garden.RuntimeKubectlAsync("get", "namespace", Space)).ExitCode.ShouldNotBe(0);
        (await InSeedAsync("-n", Space, "get", "pods", "-l", "app=machine", "-o", "jsonpath={.items[*].status.podIP}"))
            .Succeeded().ShouldStartWith("10.0.128.");
        await GardenToShootTests.EventuallyAsync("the nested cluster has one ready node", async () =>
            (await InNestedAsync("get", "nodes", "--no-headers")).Output is var nodes
            && nodes.Trim().Split('\n') is [var node] && node.Contains(" Ready ", StringComparison.Ordinal));
        (await InNestedAsync("run", "hello", "--image=busybox", "--restart=Never", "--command", "--", "/bin/sh", "-c", "echo from below; sleep 300"))
            .Succeeded();
        (await InNestedAsync("wait", "pod/hello", "--for=condition=Ready", "--timeout=50s")).Succeeded();
        (await InNestedAsync("logs", "hello")).Succeeded().ShouldContain("from below");
    }

    [Fact, Order(3)]
    public async Task What_somebody_needs_cannot_be_deleted()
    {
        (await garden.KubectlAsync(
            "annotate", "shoot", "-n", "garden", "managed", "confirmation.gardener.cloud/deletion=true")).Succeeded();

        (await garden.KubectlAsync("-n", "garden", "delete", "shoot", "managed", "--wait=false"))
            .Error.ShouldContain("it is the seed of ManagedSeed garden/managed");
        (await garden.KubectlAsync("-n", "garden", "delete", "managedseed", "managed", "--wait=false"))
            .Error.ShouldContain("garden-local/nested");
    }

    [Fact, Order(4)]
    public async Task Everything_goes_again_in_its_order()
    {
        var limit = TimeSpan.FromMinutes(3);
        (await garden.KubectlAsync(
            "annotate", "shoot", "-n", "garden-local", "nested", "confirmation.gardener.cloud/deletion=true")).Succeeded();
        (await garden.KubectlAsync(limit, "-n", "garden-local", "delete", "shoot", "nested", "--timeout=2m")).Succeeded();
        (await garden.KubectlAsync(limit, "-n", "garden", "delete", "managedseed", "managed", "--timeout=2m")).Succeeded();
        (await garden.KubectlAsync("get", "seeds", "-o", "name")).Succeeded().Trim().ShouldBe("seed.core.gardener.cloud/local");
        (await InSeedAsync("get", "pods", "-A", "-o", "name")).Succeeded().ShouldBeEmpty();
        (await InSeedAsync("get", "namespaces", "-o", "name")).Succeeded().ShouldNotContain("garden");
        (await garden.KubectlAsync(limit, "-n", "garden", "delete", "shoot", "managed", "--timeout=2m")).Succeeded();
        (await garden.RuntimeKubectlAsync("get", "namespaces", "-o", "name")).Succeeded().ShouldNotContain("shoot--");
    }

    // The front door leads to the Services of the runtime cluster only, so the nested one is asked from where its control plane is.
    private Task<CommandResult> InNestedAsync(params string[] words) => InSeedAsync(
    [
        "-n", Space, "exec", "deployment/kube-controller-manager", "--", BuiltTools.Kubectl,
        "--kubeconfig=/srv/secrets/kubeconfig/kubeconfig", .. words,
    ]);

    private async Task<CommandResult> InSeedAsync(params string[] words) => await Commands.RunAsync(
        BuiltTools.Kubectl, TimeSpan.FromMinutes(1), ["--kubeconfig", await fixture.KubeconfigAsync(), .. words]);

    /// <summary>The garden that all tests share.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private string? kubeconfig;

        public LocalGarden Garden { get; } = new();

        /// <summary>A kubeconfig of the shoot that is a seed.</summary>
        public async Task<string> KubeconfigAsync() => kubeconfig ??= await Garden.ShootKubeconfigAsync("managed", "garden");

        public async Task InitializeAsync() => (await Garden.UpAsync()).Succeeded();

        public async Task DisposeAsync() => await Garden.DisposeAsync();
    }
}
