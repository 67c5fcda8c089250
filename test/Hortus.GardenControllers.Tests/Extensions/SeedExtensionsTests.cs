using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using static Hortus.GardenControllers.Tests.Extensions.ExtensionSamples;

namespace Hortus.GardenControllers.Tests.Extensions;

/// <summary>A garden in which everything that the samples need is registered.</summary>
[Trait("Category", "Integration")]
public sealed class SeedExtensionsTests(GardenFixture garden) : IClassFixture<GardenFixture>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        using var deadline = GardenFixture.Deadline();
        if (await garden.Client.FindAsync<ControllerRegistration>(ObjectKey.Cluster("provider-local"), deadline.Token) is null)
        {
            await garden.Client.CreateAsync(ProviderLocal(), deadline.Token);
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Seeds_get_what_they_their_labels_and_their_shoots_ask_for()
    {
        using var deadline = GardenFixture.Deadline();
        var (one, two) = (garden.NewName(), garden.NewName());
        var (selected, forShoots) = ("dev-" + one, "shoots-" + one);
        await garden.Client.CreateAsync(
            Registration(selected, "Worker/local").AsSecondary().WithDeployment(seeds: Labelled("env", one)), deadline.Token);
        await garden.Client.CreateAsync(Registration(forShoots).WithDeployment("AlwaysExceptNoShoots"), deadline.Token);
        await garden.Client.CreateAsync(WithNetworksForShoots(Samples.Seed(one), label: one), deadline.Token);
        await garden.Client.CreateAsync(Samples.Seed(two), deadline.Token);

        await UntilAsync(one, ["dev-" + one, "provider-local"], deadline.Token);
        await UntilAsync(two, ["provider-local"], deadline.Token);

        // A shoot brings what comes with shoots, and it stays after the shoot while the seed has objects of it.
        var shoot = (await garden.CreateShootAsync(garden.NewName(), deadline.Token)).Key;
        await BindAsync(shoot, one, deadline.Token);
        await UntilAsync(one, ["dev-" + one, "provider-local", forShoots], deadline.Token);
        await RequireAsync(one, forShoots, ConditionStatus.True, deadline.Token);
        await garden.DeleteShootAsync(shoot, deadline.Token);
        await SettleAsync(one, deadline.Token);
        (await NamesAsync(one, deadline.Token)).ShouldBe(["dev-" + one, "provider-local", forShoots]);
        await RequireAsync(one, forShoots, ConditionStatus.False, deadline.Token);
        await UntilAsync(one, ["dev-" + one, "provider-local"], deadline.Token);
        (await NamesAsync(two, deadline.Token)).ShouldBe(["provider-local"]);
    }

    [Fact]
    public async Task An_installation_says_for_what_it_was_written()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(NewSecret(name), deadline.Token);
        await garden.Client.CreateAsync(Deployment(name), deadline.Token);
        var registration = Registration(name, "Extension/" + name).WithDeployment("Always", name);
        await garden.Client.CreateAsync(
            registration with { Metadata = registration.Metadata.WithAnnotation(GardenerAnnotations.PodSecurityEnforce, "baseline") },
            deadline.Token);
        await garden.Client.CreateAsync(Samples.Seed(name), deadline.Token);

        var installation = await UntilInstalledAsync(
            name, name, found => found.Spec.ResourceRefs?.All(r => r.ResourceVersion is not null) == true, deadline.Token);
        var secret = await UntilProtectedAsync(name, deadline.Token);
        installation = await UntilInstalledAsync(
            name, name, found => found.Spec.ResourceRefs![0].ResourceVersion == secret.Metadata.ResourceVersion, deadline.Token);

        installation.Metadata.Name!.ShouldStartWith(name + "-");
        foreach (var label in new[] { "seed-spec-hash", "registration-spec-hash", "deployment-hash" })
        {
            installation.Metadata.Label(label).ShouldNotBeNull().ShouldMatch("^[0-9a-f]{16}$");
        }

        installation.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce).ShouldBe("baseline");
        (installation.Spec.SeedRef!.Name, installation.Spec.DeploymentRef!.Name).ShouldBe((name, name));
        installation.Spec.RegistrationRef.ResourceVersion.ShouldNotBeNullOrEmpty();
        var reference = installation.Spec.ResourceRefs.ShouldHaveSingleItem();
        (reference.Kind, reference.Namespace, reference.Name).ShouldBe(("Secret", "garden", name));

        // Another chart is another hash, and reports on the seed are none.
        await garden.Client.PatchAsync<ControllerDeployment>(
            ObjectKey.Cluster(name), Patch.Merge(new JsonObject { ["helm"] = new JsonObject { ["rawChart"] = "YmFy" } }), deadline.Token);
        var changed = await UntilInstalledAsync(
            name, name, found => found.Metadata.Label("deployment-hash") != installation.Metadata.Label("deployment-hash"), deadline.Token);
        changed.Spec.DeploymentRef!.ResourceVersion.ShouldNotBe(installation.Spec.DeploymentRef.ResourceVersion);
        await garden.Client.PatchAsync<Seed>(
            ObjectKey.Cluster(name),
            Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["kubernetesVersion"] = "1.2.3" } }) with { Subresource = "status" },
            deadline.Token);
        await SettleAsync(name, deadline.Token);
        (await InstallationsAsync(name, deadline.Token)).Single(i => i.Metadata.Name == changed.Metadata.Name)
            .Metadata.ResourceVersion.ShouldBe(changed.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task What_is_not_registered_is_told_and_nothing_is_touched_until_it_is()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(Registration("always-" + name).WithDeployment("Always"), deadline.Token);
        var seed = Samples.Seed(name);
        await garden.Client.CreateAsync(
            seed with { Spec = seed.Spec with { Extensions = [new Extension { Type = name }] } }, deadline.Token);

        var told = await garden.UntilEventAsync("Seed", name, "ExtensionsNotRegistered", deadline.Token);
        (await InstallationsAsync(name, deadline.Token)).ShouldBeEmpty();
        await garden.Client.CreateAsync(Registration("late-" + name, "Extension/" + name), deadline.Token);
        await UntilAsync(name, ["always-" + name, "late-" + name, "provider-local"], deadline.Token);

        told.Message.ShouldBe(
            $"Seed {name} needs Extension/{name}, which no ControllerRegistration serves: register an extension for it");
        await garden.Client.DeleteAsync<ControllerRegistration>(ObjectKey.Cluster("always-" + name), null, deadline.Token);
        await garden.UntilGoneAsync<ControllerRegistration>(ObjectKey.Cluster("always-" + name), deadline.Token);
    }

    [Fact]
    public async Task A_deployment_that_comes_late_is_installed_then()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(Registration(name, "Extension/" + name).WithDeployment("Always", name), deadline.Token);
        await garden.Client.CreateAsync(Samples.Seed(name), deadline.Token);
        await UntilAsync(name, ["provider-local"], deadline.Token);

        await garden.Client.CreateAsync(Deployment(name), deadline.Token);

        await UntilAsync(name, [name, "provider-local"], deadline.Token);
    }

    [Fact]
    public async Task What_is_used_stays_until_its_user_is_gone()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(NewSecret(name), deadline.Token);
        await garden.Client.CreateAsync(Deployment(name), deadline.Token);
        await garden.Client.CreateAsync(Registration(name, "Extension/" + name).WithDeployment("Always", name), deadline.Token);
        await garden.Client.CreateAsync(Samples.Seed(name), deadline.Token);
        var installation = await UntilInstalledAsync(name, name, _ => true, deadline.Token);
        await UntilProtectedAsync(name, deadline.Token);
        await UntilHeldAsync<ControllerDeployment>(name, GardenerFinalizers.ControllerDeployment, deadline.Token);
        await UntilHeldAsync<ControllerRegistration>(name, GardenerFinalizers.ControllerRegistration, deadline.Token);
        await garden.Client.AddFinalizerAsync(installation, GardenerFinalizers.ControllerInstallation, deadline.Token);

        await garden.Client.DeleteAsync<Secret>(new ObjectKey("garden", name), null, deadline.Token);
        await garden.Client.DeleteAsync<ControllerDeployment>(ObjectKey.Cluster(name), null, deadline.Token);
        await garden.Client.DeleteAsync<ControllerRegistration>(ObjectKey.Cluster(name), null, deadline.Token);

        // The installation goes first, by the gardenlet; everything else waits for it.
        var leaving = await garden.Client.UntilAsync<ControllerInstallation>(
            installation.Key, found => found?.Metadata.IsDeleting() == true, deadline.Token);
        foreach (var kind in new[] { "Secret", "ControllerDeployment", "ControllerRegistration" })
        {
            await garden.UntilEventAsync(kind, name, "InUse", deadline.Token);
        }

        await garden.Client.RemoveFinalizerAsync(leaving!, GardenerFinalizers.ControllerInstallation, deadline.Token);
        await garden.UntilGoneAsync<ControllerRegistration>(ObjectKey.Cluster(name), deadline.Token);
        await garden.UntilGoneAsync<ControllerDeployment>(ObjectKey.Cluster(name), deadline.Token);
        await garden.UntilGoneAsync<Secret>(new ObjectKey("garden", name), deadline.Token);
    }

    [Fact]
    public async Task A_resource_that_is_no_longer_named_is_released()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(NewSecret(name), deadline.Token);
        await garden.Client.CreateAsync(Deployment(name), deadline.Token);
        await UntilProtectedAsync(name, deadline.Token);

        await garden.Client.PatchAsync<ControllerDeployment>(
            ObjectKey.Cluster(name), Patch.Merge(new JsonObject { ["resources"] = null }), deadline.Token);

        await garden.Client.UntilAsync<Secret>(
            new ObjectKey("garden", name), found => found?.Metadata.HasFinalizer(GardenerFinalizers.ReferenceProtection) == false,
            deadline.Token);
    }

    [Fact]
    public async Task Controllers_that_start_anew_find_nothing_to_do()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(NewSecret(name), deadline.Token);
        await garden.Client.CreateAsync(Deployment(name), deadline.Token);
        await garden.Client.CreateAsync(Registration(name, "Extension/" + name).WithDeployment("Always", name), deadline.Token);
        await garden.Client.CreateAsync(Samples.Seed(name), deadline.Token);
        var secret = await UntilProtectedAsync(name, deadline.Token);
        await UntilInstalledAsync(
            name, name, found => found.Spec.ResourceRefs![0].ResourceVersion == secret.Metadata.ResourceVersion, deadline.Token);
        await SettleAsync(name, deadline.Token);
        var before = await VersionsAsync(name, deadline.Token);

        await garden.RestartControllersAsync();
        await SettleAsync(name, deadline.Token);

        (await VersionsAsync(name, deadline.Token)).ShouldBe(before);
    }

    [Fact]
    public async Task A_seed_goes_after_its_installations()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        await garden.Client.CreateAsync(Samples.Seed(name), deadline.Token);
        var installation = await UntilInstalledAsync(name, "provider-local", _ => true, deadline.Token);
        await garden.Client.AddFinalizerAsync(installation, GardenerFinalizers.ControllerInstallation, deadline.Token);
        await UntilHeldAsync<Seed>(name, GardenerFinalizers.ControllerRegistration, deadline.Token);

        await garden.Client.DeleteAsync<Seed>(ObjectKey.Cluster(name), null, deadline.Token);
        var leaving = await garden.Client.UntilAsync<ControllerInstallation>(
            installation.Key, found => found?.Metadata.IsDeleting() == true, deadline.Token);
        (await garden.Client.FindAsync<Seed>(ObjectKey.Cluster(name), deadline.Token)).ShouldNotBeNull();
        await garden.Client.RemoveFinalizerAsync(leaving!, GardenerFinalizers.ControllerInstallation, deadline.Token);

        await garden.UntilGoneAsync<Seed>(ObjectKey.Cluster(name), deadline.Token);
    }

    /// <summary>Waits until the seed has been looked at after everything that was done before.</summary>
    private async Task SettleAsync(string seed, CancellationToken cancellationToken)
    {
        var name = "settle-" + garden.NewName();
        await garden.Client.CreateAsync(Registration(name).WithDeployment("Always"), cancellationToken);
        await UntilInstalledAsync(seed, name, _ => true, cancellationToken);
        await garden.Client.DeleteAsync<ControllerRegistration>(ObjectKey.Cluster(name), null, cancellationToken);
        await garden.UntilGoneAsync<ControllerRegistration>(ObjectKey.Cluster(name), cancellationToken);
    }

    private async Task<IReadOnlyList<ControllerInstallation>> InstallationsAsync(string seed, CancellationToken cancellationToken) =>
        (await garden.Client.ListAsync<ControllerInstallation>(
            new ListOptions { FieldSelector = "spec.seedRef.name=" + seed }, cancellationToken)).Items;

    private async Task<IEnumerable<string>> VersionsAsync(string seed, CancellationToken cancellationToken) =>
        (await InstallationsAsync(seed, cancellationToken))
            .Where(i => i.Spec.RegistrationRef.Name == seed || i.Spec.RegistrationRef.Name == "provider-local")
            .Select(i => $"{i.Metadata.Name} {i.Metadata.ResourceVersion}")
            .Order(StringComparer.Ordinal);

    // Other tests of the class register things for all seeds.
    private async Task<IReadOnlyList<string?>> NamesAsync(string seed, CancellationToken cancellationToken) =>
    [
        .. (await InstallationsAsync(seed, cancellationToken)).Select(i => i.Spec.RegistrationRef.Name)
            .Where(name => name == "provider-local" || name!.Split('-')[^1] == seed).Order(StringComparer.Ordinal),
    ];

    private async Task UntilAsync(string seed, string[] registrations, CancellationToken cancellationToken)
    {
        await foreach (var change in garden.Client.WatchAsync<ControllerInstallation>(new WatchOptions(), cancellationToken))
        {
            if (change.Object is not null && registrations.Order(StringComparer.Ordinal).SequenceEqual(await NamesAsync(seed, cancellationToken)))
            {
                return;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private async Task<ControllerInstallation> UntilInstalledAsync(
        string seed, string registration, Func<ControllerInstallation, bool> when, CancellationToken cancellationToken)
    {
        await foreach (var change in garden.Client.WatchAsync<ControllerInstallation>(new WatchOptions(), cancellationToken))
        {
            if (change.Type is WatchEventType.Added or WatchEventType.Modified
                && change.Object.Spec.SeedRef?.Name == seed && change.Object.Spec.RegistrationRef.Name == registration && when(change.Object))
            {
                return change.Object;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }

    private async Task<Secret> UntilProtectedAsync(string name, CancellationToken cancellationToken) =>
        (await garden.Client.UntilAsync<Secret>(
            new ObjectKey("garden", name), found => found?.Metadata.HasFinalizer(GardenerFinalizers.ReferenceProtection) == true,
            cancellationToken))!;

    private Task<T?> UntilHeldAsync<T>(string name, string finalizer, CancellationToken cancellationToken) where T : KubernetesObject =>
        garden.Client.UntilAsync<T>(
            ObjectKey.Cluster(name), found => found?.Metadata.HasFinalizer(finalizer) == true, cancellationToken);

    private Task BindAsync(ObjectKey shoot, string seed, CancellationToken cancellationToken) => garden.Client.PatchAsync<Shoot>(
        shoot, Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["seedName"] = seed } }) with { Subresource = "binding" },
        cancellationToken);

    private async Task RequireAsync(string seed, string registration, string required, CancellationToken cancellationToken)
    {
        var installation = await UntilInstalledAsync(seed, registration, _ => true, cancellationToken);
        var status = KubernetesJson.ToNode(Installation("any", registration, seed, required).Status!);
        await garden.Client.PatchAsync<ControllerInstallation>(
            installation.Key, Patch.Merge(new JsonObject { ["status"] = status }) with { Subresource = "status" }, cancellationToken);
    }

    private static Seed WithNetworksForShoots(Seed seed, string label) => seed with
    {
        Metadata = seed.Metadata.WithLabel("env", label),
        Spec = seed.Spec with
        {
            Networks = seed.Spec.Networks with { ShootDefaults = new ShootNetworks { Pods = "10.3.0.0/16", Services = "10.4.0.0/16" } },
        },
    };

    private static Secret NewSecret(string name) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "garden",
            Name = name,
            Labels = new Dictionary<string, string> { [GardenerLabels.Role] = GardenerRoles.ResourceReference },
        },
    };

    private static ControllerDeployment Deployment(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Helm = new HelmControllerDeployment { RawChart = [1] },
        Resources =
        [
            new NamedResourceReference
            {
                Name = "any", ResourceRef = new CrossVersionObjectReference { ApiVersion = "v1", Kind = "Secret", Name = name },
            },
        ],
    };
}
