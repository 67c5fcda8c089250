using System.Text;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Calico;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Machines;
using Hortus.ProviderLocal.Tests.World;
using Hortus.Runtime;
using ControlPlane = Hortus.Objects.Gardener.Extensions.ControlPlane;

namespace Hortus.ProviderLocal.Tests;

[Trait("Category", "Integration")]
public sealed class ActuatorTests : IAsyncLifetime
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private SeedWorld world = null!;

    private CancellationToken Token => deadline.Token;

    public async Task InitializeAsync() => world = await SeedWorld.StartAsync(Token);

    public async Task DisposeAsync()
    {
        await world.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task An_infrastructure_becomes_an_address_range_for_machines_and_goes_with_it()
    {
        var infrastructure = await world.Seed.CreateAsync(
            new Infrastructure { Metadata = SeedWorld.Named("test"), Spec = new InfrastructureSpec { Type = "local", Region = "local" } }, Token);

        var done = await world.UntilSucceededAsync<Infrastructure>(infrastructure.Key, Token);

        done.Status!.EgressCIDRs.ShouldBe(["10.0.0.0/16"]);
        done.Status.Networking!.Nodes.ShouldBe(["10.0.0.0/16"]);
        done.Metadata.Finalizers.ShouldBe(["extensions.gardener.cloud/infrastructure"]);
        var poolKey = ObjectKey.Cluster("shoot-machine-pods-shoot--local--test-ipv4");
        var pool = await world.Seed.GetAsync<IPPool>(poolKey, Token);
        pool.Spec.ShouldSatisfyAllConditions(
            spec => spec.Cidr.ShouldBe("10.0.0.0/16"), spec => spec.NodeSelector.ShouldBe("!all()"));

        await world.Seed.DeleteAsync<Infrastructure>(infrastructure.Key, null, Token);
        await world.Seed.UntilAsync<Infrastructure>(infrastructure.Key, value => value is null, Token);
        (await world.Seed.FindAsync<IPPool>(poolKey, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task An_infrastructure_without_a_node_network_is_a_configuration_problem()
    {
        await world.ApplyClusterAsync(
            shoot => shoot with { Spec = shoot.Spec with { Networking = new Networking { Type = "calico" } } }, Token);
        var infrastructure = await world.Seed.CreateAsync(
            new Infrastructure { Metadata = SeedWorld.Named("test"), Spec = new InfrastructureSpec { Type = "local" } }, Token);

        var failed = await world.Seed.UntilAsync<Infrastructure>(
            infrastructure.Key, value => value?.Status?.LastError is not null, Token);

        failed!.Status!.LastError!.Codes.ShouldBe([ErrorCode.ConfigurationProblem]);
        failed.Status.LastError.Description.ShouldContain("spec.networking.nodes");
        failed.Status.LastOperation!.State.ShouldBe(LastOperationState.Error);
    }

    [Fact]
    public async Task Kinds_with_nothing_to_deploy_are_answered()
    {
        var plane = await world.Seed.CreateAsync(
            new ControlPlane { Metadata = SeedWorld.Named("test"), Spec = new ControlPlaneSpec { Type = "local" } }, Token);
        var network = await world.Seed.CreateAsync(
            new Network
            {
                Metadata = SeedWorld.Named("test"),
                Spec = new NetworkSpec { Type = "calico", PodCIDR = "10.3.0.0/16", ServiceCIDR = "10.4.0.0/16" },
            },
            Token);

        await world.UntilSucceededAsync<ControlPlane>(plane.Key, Token);
        await world.UntilSucceededAsync<Network>(network.Key, Token);
    }

    [Fact]
    public async Task An_operating_system_config_becomes_user_data_with_kubelet_flags()
    {
        var config = await world.Seed.CreateAsync(Config("provision", Inline("apiVersion: v1")), Token);

        var done = await world.UntilSucceededAsync<OperatingSystemConfig>(config.Key, Token);

        var reference = done.Status!.CloudConfig!.SecretRef;
        var secret = await world.Seed.GetAsync<Secret>(new ObjectKey(reference.Namespace, reference.Name!), Token);
        var data = MachineUserData.Read(secret.Data![MachineFiles.CloudConfigKey]);
        Encoding.UTF8.GetString(data.Files[MachineFiles.BootstrapKubeconfig]).ShouldBe("apiVersion: v1");
        data.KubeletFlags.ShouldBe(["--cluster-dns=10.4.0.10", "--kubernetes-version=v1.35.4"]);
        Encoding.UTF8.GetString(data.Files[MachineUserData.ImageMapPath]).ShouldContain("busybox");
    }

    [Fact]
    public async Task A_file_from_a_secret_is_read_when_it_is_there()
    {
        var content = new FileContent { SecretRef = new FileContentSecretRef { Name = "late", DataKey = "content" } };
        var config = await world.Seed.CreateAsync(Config("provision", content), Token);
        var failed = await world.Seed.UntilAsync<OperatingSystemConfig>(
            config.Key, value => value?.Status?.LastError is not null, Token);
        failed!.Status!.LastError!.Description.ShouldContain("late");

        await world.Seed.CreateAsync(
            new Secret { Metadata = SeedWorld.Named("late"), Data = new Dictionary<string, byte[]> { ["content"] = [65] } }, Token);

        var done = await world.UntilSucceededAsync<OperatingSystemConfig>(config.Key, Token);
        done.Status!.LastError.ShouldBeNull();
    }

    [Fact]
    public async Task An_object_of_another_type_is_left_alone()
    {
        var foreign = await world.Seed.CreateAsync(
            new ControlPlane { Metadata = SeedWorld.Named("foreign"), Spec = new ControlPlaneSpec { Type = "aws" } }, Token);
        var own = await world.Seed.CreateAsync(
            new ControlPlane { Metadata = SeedWorld.Named("own"), Spec = new ControlPlaneSpec { Type = "local" } }, Token);

        await world.UntilSucceededAsync<ControlPlane>(own.Key, Token);

        (await world.Seed.GetAsync<ControlPlane>(foreign.Key, Token)).ShouldSatisfyAllConditions(
            value => value.Status.ShouldBeNull(), value => value.Metadata.Finalizers.ShouldBeNull());
    }

    private static FileContent Inline(string text) => new()
    {
        Inline = new FileContentInline { Encoding = "b64", Data = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) },
    };

    private static OperatingSystemConfig Config(string purpose, FileContent content) => new()
    {
        Metadata = SeedWorld.Named("gardener-node-agent-local-0123456789abcdef-init"),
        Spec = new OperatingSystemConfigSpec
        {
            Type = "local",
            Purpose = purpose,
            Files = [new Objects.Gardener.Extensions.File { Path = MachineFiles.BootstrapKubeconfig, Content = content }],
        },
    };
}
