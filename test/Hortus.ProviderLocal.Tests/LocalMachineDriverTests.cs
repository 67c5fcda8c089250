using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Machines;
using Hortus.ProviderLocal.Tests.World;
using Hortus.Runtime;

namespace Hortus.ProviderLocal.Tests;

[Trait("Category", "Integration")]
public sealed class LocalMachineDriverTests : IAsyncLifetime
{
    private static readonly ObjectKey PodKey = new(SeedWorld.Namespace, "machine-m1");
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private SeedWorld world = null!;
    private LocalMachineDriver driver = null!;

    private CancellationToken Token => deadline.Token;

    public async Task InitializeAsync()
    {
        world = await SeedWorld.StartAsync(Token);
        driver = new LocalMachineDriver(world.Seed, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        await world.DisposeAsync();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_machine_is_a_privileged_pod_with_its_user_data()
    {
        var made = await driver.CreateAsync(Request(), Token);

        made.ProviderId.ShouldBe("local://shoot--local--test/machine-m1");
        made.NodeName.ShouldBe("m1");
        var pod = await world.Seed.GetAsync<Pod>(PodKey, Token);
        pod.Metadata.Labels.ShouldBe(
            new Dictionary<string, string> { ["app"] = "machine", ["machine-provider"] = "local", ["machine"] = "m1" }, ignoreOrder: true);
        pod.Metadata.Annotation("cni.projectcalico.org/ipv4pools").ShouldBe("[\"pool\"]");
        var container = pod.Spec.Containers[0];
        container.Image.ShouldBe("hortus/local-machine:1.0.0");
        container.SecurityContext!.Privileged.ShouldBe(true);
        container.Args!.ShouldContain("--hostname-override=m1");
        container.Args!.ShouldContain("--cluster-dns=10.4.0.10");
        container.Args!.ShouldContain("--register-with-taints=node.gardener.cloud/critical-components-not-ready=:NoSchedule");
        container.Args!.ShouldContain("--node-labels=worker.gardener.cloud/pool=local");
        container.Args!.ShouldContain("--bootstrap-kubeconfig=/etc/machine/var/lib/kubelet/bootstrap-kubeconfig");
        var secret = await world.Seed.GetAsync<Secret>(new ObjectKey(SeedWorld.Namespace, "machine-m1-userdata"), Token);
        var file = pod.Spec.Volumes!.Single(v => v.Secret is not null).Secret!.Items!.Single(i => i.Path == "var/lib/kubelet/bootstrap-kubeconfig");
        secret.Data![file.Key].ShouldBe([7]);
        secret.Data["userdata"].ShouldBe(UserData().Write());
    }

    [Fact]
    public async Task A_second_create_finds_the_same_machine_with_its_address()
    {
        await driver.CreateAsync(Request(), Token);
        var first = await world.Seed.GetAsync<Pod>(PodKey, Token);
        await SetStatusAsync(new JsonObject { ["phase"] = "Running", ["podIP"] = "10.0.0.5" });

        var again = await driver.CreateAsync(Request(), Token);

        again.Addresses.ShouldBe(["10.0.0.5"]);
        (await world.Seed.GetAsync<Pod>(PodKey, Token)).Metadata.Uid.ShouldBe(first.Metadata.Uid);
    }

    [Fact]
    public async Task A_create_cut_short_after_the_secret_ends_with_one_pod()
    {
        var raw = UserData().Write();
        await world.Seed.CreateAsync(MachinePod.Secret(new ObjectKey(SeedWorld.Namespace, "m1"), raw, UserData()), Token);

        await driver.CreateAsync(Request(), Token);

        (await world.Seed.ListAsync<Pod>(ListOptions.In(SeedWorld.Namespace), Token)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_pod_that_failed_is_replaced_by_a_new_one()
    {
        await driver.CreateAsync(Request(), Token);
        var first = await world.Seed.GetAsync<Pod>(PodKey, Token);
        await SetStatusAsync(new JsonObject { ["phase"] = "Failed" });
        (await Should.ThrowAsync<MachineDriverException>(() => driver.GetStatusAsync(Request(), Token))).Code.ShouldBe(MachineErrorCode.NotFound);

        await driver.CreateAsync(Request(), Token);

        (await world.Seed.GetAsync<Pod>(PodKey, Token)).Metadata.Uid.ShouldNotBe(first.Metadata.Uid);
    }

    [Fact]
    public async Task Delete_returns_when_the_pod_is_gone_and_then_finds_nothing()
    {
        await driver.CreateAsync(Request(), Token);
        await HoldAsync();

        var deleting = driver.DeleteAsync(Request(), Token);
        await world.Seed.UntilAsync<Pod>(PodKey, pod => pod?.Metadata.IsDeleting() == true, Token);
        deleting.IsCompleted.ShouldBeFalse();
        await world.Seed.RemoveFinalizerAsync(await world.Seed.GetAsync<Pod>(PodKey, Token), "test/hold", Token);
        await deleting;

        (await world.Seed.FindAsync<Secret>(new ObjectKey(SeedWorld.Namespace, "machine-m1-userdata"), Token)).ShouldBeNull();
        (await Should.ThrowAsync<MachineDriverException>(() => driver.DeleteAsync(Request(), Token))).Code.ShouldBe(MachineErrorCode.NotFound);
    }

    [Fact]
    public async Task List_names_the_machines_and_nothing_else()
    {
        await driver.CreateAsync(Request(), Token);
        var other = new Pod
        {
            Metadata = SeedWorld.Named("other"),
            Spec = new PodSpec { Containers = [new Container { Name = "a", Image = "a" }] },
        };
        await world.Seed.CreateAsync(other, Token);

        var listed = await driver.ListAsync(Request().MachineClass, Request().Secret, Token);

        listed.ShouldBe(new Dictionary<string, string> { ["local://shoot--local--test/machine-m1"] = "m1" });
    }

    [Theory]
    [InlineData("aws", """{"image":"a"}""", true, "provider is \"aws\"")]
    [InlineData("local", """{}""", true, "providerSpec.image")]
    [InlineData("local", """{"image":7}""", true, "malformed")]
    [InlineData("local", """{"image":"a"}""", false, "userData")]
    public async Task A_request_that_cannot_work_is_an_invalid_argument(string provider, string spec, bool withUserData, string says)
    {
        var request = Request();
        request = request with
        {
            MachineClass = request.MachineClass with { Provider = provider, ProviderSpec = JsonDocument.Parse(spec).RootElement },
            Secret = withUserData ? request.Secret : request.Secret with { Data = null },
        };

        var fault = await Should.ThrowAsync<MachineDriverException>(() => driver.CreateAsync(request, Token));

        fault.Code.ShouldBe(MachineErrorCode.InvalidArgument);
        fault.Message.ShouldContain(says);
    }

    [Fact]
    public void User_data_without_a_way_to_join_is_refused()
    {
        Should.Throw<MachineDriverException>(() => MachineUserData.Read(new MachineUserData().Write())).Code
            .ShouldBe(MachineErrorCode.InvalidArgument);
        Should.Throw<MachineDriverException>(() => MachineUserData.Read([1, 2])).Code.ShouldBe(MachineErrorCode.InvalidArgument);
    }

    private static MachineUserData UserData() => new()
    {
        Files = new Dictionary<string, byte[]> { [MachineFiles.BootstrapKubeconfig] = [7], [MachineUserData.ImageMapPath] = [8] },
        KubeletFlags = ["--cluster-dns=10.4.0.10"],
    };

    private static MachineRequest Request() => new(
        new Machine
        {
            Metadata = SeedWorld.Named("m1"),
            Spec = new MachineSpec
            {
                NodeTemplate = new NodeTemplateSpec
                {
                    Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["worker.gardener.cloud/pool"] = "local" } },
                },
            },
        },
        new MachineClass
        {
            Metadata = SeedWorld.Named("class"),
            Provider = "local",
            ProviderSpec = JsonSerializer.SerializeToElement(
                new LocalProviderSpec { Image = "hortus/local-machine:1.0.0", Namespace = SeedWorld.Namespace, IpPoolNameV4 = "pool" }.Write()),
        },
        new Secret { Metadata = SeedWorld.Named("class"), Data = new Dictionary<string, byte[]> { ["userData"] = UserData().Write() } });

    private Task SetStatusAsync(JsonObject status) => world.Seed.PatchAsync<Pod>(
        PodKey, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, Token);

    private async Task HoldAsync() =>
        await world.Seed.AddFinalizerAsync(await world.Seed.GetAsync<Pod>(PodKey, Token), "test/hold", Token);
}
