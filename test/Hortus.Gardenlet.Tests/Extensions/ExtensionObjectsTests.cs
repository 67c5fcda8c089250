using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet.Tests.Extensions;

/// <summary>Objects of kind Extension, and container runtimes, that shoots and seeds get.</summary>
[Trait("Category", "Integration")]
public sealed class ExtensionObjectsTests : IDisposable
{
    private static readonly ObjectKey Key = new(GardenWorld.Project, "one");
    private static readonly string Space = GardenerNames.TechnicalID("local", "one");

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));

    public void Dispose() => deadline.Dispose();

    [Fact]
    public async Task A_shoot_gets_what_it_names_and_what_is_for_all_shoots_and_loses_what_it_does_not_want_any_more()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        await RegisterAsync(
            world,
            "{ kind: Extension, type: early, lifecycle: { reconcile: BeforeKubeAPIServer, delete: AfterKubeAPIServer } }",
            "{ kind: Extension, type: late, lifecycle: { reconcile: AfterWorker } }",
            "{ kind: Extension, type: always, autoEnable: [shoot] }",
            "{ kind: Extension, type: refused, autoEnable: [shoot] }",
            "{ kind: Extension, type: unasked }");
        await OfferRuntimeAsync(world);
        world.StartGardenlet();
        var shoot = WithExtensions(
            GardenWorld.NewShoot("one"),
            """[{ type: early, providerConfig: { colour: green } }, { type: late }, { type: refused, disabled: true }]""");
        await world.Garden.CreateAsync(
            shoot with { Spec = shoot.Spec with { Provider = WithRuntime(shoot.Spec.Provider) } }, deadline.Token);

        await UntilSucceededAsync(world, LastOperationType.Create);
        var created = await ExtensionsAsync(world, Space);
        var runtimes = (await world.Seed.ListAsync<Ext.ContainerRuntime>(ListOptions.In(Space), deadline.Token)).Items;
        await PatchAsync(world, """{ spec: { extensions: [{ type: late }, { type: always, disabled: true }, { type: refused, disabled: true }] } }""");
        await UntilSucceededAsync(world, LastOperationType.Reconcile);
        var left = await ExtensionsAsync(world, Space);
        await world.DeleteShootAsync(Key, deadline.Token);
        await world.Garden.UntilAsync<Shoot>(Key, found => found is null, deadline.Token);

        created.Select(item => item.Metadata.Name).ShouldBe(["always", "early", "late"]);
        created.ShouldAllBe(item => item.Spec.Type == item.Metadata.Name && item.Spec.Class == null);
        created[1].Spec.ProviderConfig!.Value.GetProperty("colour").GetString().ShouldBe("green");
        runtimes.ShouldHaveSingleItem().Metadata.Name.ShouldBe("gvisor-local");
        left.Select(item => item.Metadata.Name).ShouldBe(["late"]);
        (await ExtensionsAsync(world, Space)).ShouldBeEmpty();
        (await world.Seed.ListAsync<Ext.ContainerRuntime>(ListOptions.In(Space), deadline.Token)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_shoot_without_workers_gets_by_itself_only_what_can_do_without()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        await RegisterAsync(
            world,
            "{ kind: Extension, type: needs-nodes, autoEnable: [shoot] }",
            "{ kind: Extension, type: needs-none, autoEnable: [shoot], workerlessSupported: true, lifecycle: { reconcile: AfterWorker } }");
        world.StartGardenlet();
        var shoot = GardenWorld.NewShoot("one");
        await world.Garden.CreateAsync(
            shoot with
            {
                Spec = shoot.Spec with
                {
                    CredentialsBindingName = null,
                    Networking = null,
                    Provider = shoot.Spec.Provider with { Workers = null },
                },
            },
            deadline.Token);

        await UntilSucceededAsync(world, LastOperationType.Create);

        (await ExtensionsAsync(world, Space)).ShouldHaveSingleItem().Metadata.Name.ShouldBe("needs-none");
    }

    [Fact]
    public async Task What_nobody_offers_is_named_and_what_an_extension_reports_is_passed_on()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        await RegisterAsync(world, "{ kind: Extension, type: sick, reconcileTimeout: 2s }");
        world.ExtensionFault = extension => extension.Spec.Type == "sick"
            ? new LastError { Description = "no quota for sickness", Codes = [ErrorCode.InfraQuotaExceeded] }
            : null;
        world.StartGardenlet();
        await world.Garden.CreateAsync(
            WithExtensions(GardenWorld.NewShoot("one"), "[{ type: sick }, { type: unknown }]"), deadline.Token);

        var failed = await world.Garden.UntilAsync<Shoot>(
            Key, found => found?.Status?.LastErrors is { Count: 2 } && found.Status.LastOperation?.State != LastOperationState.Processing,
            deadline.Token);

        var errors = failed!.Status!.LastErrors!.ToDictionary(error => error.TaskID!);
        errors[ShootTasks.CheckExtensions].Description.ShouldContain(
            "spec.extensions: no ControllerRegistration offers Extension/unknown: register the extension, or take it out of the Shoot");
        errors[ShootTasks.CheckExtensions].Codes.ShouldBe([ErrorCode.RetryableConfigurationProblem]);
        errors[ShootTasks.WaitExtensionsAfter].Description.ShouldContain($"waited 2 s for Extension {Space}/sick: ");
        errors[ShootTasks.WaitExtensionsAfter].Description.ShouldContain("no quota for sickness");
        errors[ShootTasks.WaitExtensionsAfter].Codes.ShouldBe([ErrorCode.InfraQuotaExceeded]);
        (await ExtensionsAsync(world, Space)).ShouldHaveSingleItem().Metadata.Name.ShouldBe("sick");
    }

    [Fact]
    public async Task A_seed_gets_its_own_and_says_what_it_waits_for()
    {
        await using var world = await GardenWorld.StartAsync(deadline.Token);
        await RegisterAsync(
            world,
            "{ kind: Extension, type: named, clusterCompatibility: [seed] }",
            "{ kind: Extension, type: always, clusterCompatibility: [seed], autoEnable: [seed] }",
            "{ kind: Extension, type: for-shoots, autoEnable: [shoot] }");
        await world.Seed.ApplyAsync(
            new Objects.Kubernetes.Namespace { Metadata = new ObjectMeta { Name = "garden" } }, "test", deadline.Token);
        await world.Seed.CreateAsync(
            new Ext.Extension
            {
                Metadata = new ObjectMeta { Namespace = "garden", Name = "garden-other" },
                Spec = new Ext.ExtensionSpec { Type = "other", Class = "garden" },
            },
            deadline.Token);
        await world.Garden.CreateAsync(
            new ControllerInstallation
            {
                Metadata = new ObjectMeta { Name = "test" },
                Spec = new ControllerInstallationSpec
                {
                    RegistrationRef = new Objects.Kubernetes.ObjectReference { Name = "test" },
                    SeedRef = new Objects.Kubernetes.ObjectReference { Name = GardenWorld.SeedName },
                },
            },
            deadline.Token);
        world.SeedExtensions = ["named", "unknown"];
        world.StartGardenlet();
        var seed = ObjectKey.Cluster(GardenWorld.SeedName);

        var waiting = await world.Garden.UntilAsync<Seed>(
            seed,
            found => found?.Status?.LastOperation?.Description.Contains("Extension/unknown", StringComparison.Ordinal) == true,
            deadline.Token);
        await world.Seed.UntilAsync<Ext.Extension>(
            new ObjectKey("garden", "named"), found => found?.Status?.LastOperation?.State == LastOperationState.Succeeded, deadline.Token);
        var created = await ExtensionsAsync(world, "garden");
        await world.Garden.PatchAsync<Seed>(seed, Merge("{ spec: { extensions: [{ type: always }] } }"), deadline.Token);
        await world.Seed.UntilAsync<Ext.Extension>(new ObjectKey("garden", "named"), found => found is null, deadline.Token);
        await world.Garden.UntilAsync<Seed>(
            seed, found => found?.Status?.LastOperation?.State == LastOperationState.Succeeded, deadline.Token);
        await world.Garden.DeleteAsync<Seed>(seed, null, deadline.Token);
        await world.Garden.UntilAsync<Seed>(
            seed,
            found => found!.Status!.LastOperation!.Description.Contains("ControllerInstallation provider-local", StringComparison.Ordinal),
            deadline.Token);
        var left = await ExtensionsAsync(world, "garden");

        waiting!.Status!.LastOperation!.Description.ShouldContain(
            "waiting for spec.extensions: no ControllerRegistration offers Extension/unknown");
        created.Select(item => $"{item.Metadata.Name} {item.Spec.Class}").ShouldBe(["always seed", "garden-other garden", "named seed"]);
        left.ShouldHaveSingleItem().Metadata.Name.ShouldBe("garden-other");
    }

    private static Patch Merge(string yaml) => Patch.Merge(KubernetesYaml.Parse(yaml));

    private static Shoot WithExtensions(Shoot shoot, string extensions) => shoot with
    {
        Spec = shoot.Spec with
        {
            Extensions = [.. KubernetesYaml.Parse($"{{ items: {extensions} }}")["items"]!.AsArray()
                .Select(item => KubernetesJson.Deserialize<Extension>((JsonObject)item!))],
        },
    };

    private static Provider WithRuntime(Provider provider) => provider with
    {
        Workers = [provider.Workers![0] with
        {
            Cri = new CRI { Name = "containerd", ContainerRuntimes = [new ContainerRuntime { Type = "gvisor" }] },
        }],
    };

    // Otherwise no image could carry the runtime.
    private async Task OfferRuntimeAsync(GardenWorld world)
    {
        var profile = await world.Garden.GetAsync<CloudProfile>(ObjectKey.Cluster("local"), deadline.Token);
        var node = KubernetesJson.ToNode(profile);
        foreach (var version in node["spec"]!["machineImages"]!.AsArray().SelectMany(image => image!["versions"]!.AsArray()))
        {
            version!["cri"] = new JsonArray(new JsonObject
            {
                ["name"] = "containerd",
                ["containerRuntimes"] = new JsonArray(new JsonObject { ["type"] = "gvisor" }),
            });
        }

        await world.Garden.UpdateAsync(KubernetesJson.Deserialize<CloudProfile>(node), deadline.Token);
    }

    private Task RegisterAsync(GardenWorld world, params IReadOnlyList<string> resources) => world.Garden.CreateAsync(
        new ControllerRegistration
        {
            Metadata = new ObjectMeta { Name = "test" },
            Spec = new ControllerRegistrationSpec
            {
                Resources = [.. resources.Select(resource =>
                    KubernetesJson.Deserialize<ControllerResource>(KubernetesYaml.Parse(resource)))],
            },
        },
        deadline.Token);

    private Task PatchAsync(GardenWorld world, string yaml) => world.Garden.PatchAsync<Shoot>(Key, Merge(yaml), deadline.Token);

    private async Task<IReadOnlyList<Ext.Extension>> ExtensionsAsync(GardenWorld world, string space) =>
        [
            .. (await world.Seed.ListAsync<Ext.Extension>(ListOptions.In(space), deadline.Token)).Items
                .OrderBy(item => item.Metadata.Name, StringComparer.Ordinal),
        ];

    private async Task UntilSucceededAsync(GardenWorld world, string operation)
    {
        var last = "";
        try
        {
            await world.Garden.UntilAsync<Shoot>(
                Key,
                found =>
                {
                    last = $"{found?.Status?.LastOperation} {string.Join("; ", found?.Status?.LastErrors ?? [])}";
                    return found?.Status?.LastOperation is { State: LastOperationState.Succeeded } done
                        && done.Type == operation
                        && found.Status.ObservedGeneration == found.Metadata.Generation;
                },
                deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the shoot stands at {last}");
        }
    }
}
