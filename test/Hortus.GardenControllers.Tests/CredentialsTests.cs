using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenControllers.Tests;

[Trait("Category", "Integration")]
public sealed class CredentialsTests(GardenFixture garden) : IClassFixture<GardenFixture>
{
    [Fact]
    public async Task Profile_binding_and_secret_stay_while_a_shoot_uses_them()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        var shoot = await garden.CreateShootAsync(name, deadline.Token);
        await garden.UntilHeldAsync<CloudProfile>(ObjectKey.Cluster(name), deadline.Token);
        await garden.UntilHeldAsync<CredentialsBinding>(shoot.Key, deadline.Token);
        var secret = await garden.UntilHeldAsync<Secret>(shoot.Key, deadline.Token);

        await garden.Client.DeleteAsync<CloudProfile>(ObjectKey.Cluster(name), null, deadline.Token);
        await garden.Client.DeleteAsync<CredentialsBinding>(shoot.Key, null, deadline.Token);
        var profileInUse = await garden.UntilEventAsync("CloudProfile", name, "InUse", deadline.Token);
        var bindingInUse = await garden.UntilEventAsync("CredentialsBinding", name, "InUse", deadline.Token);
        var held = await garden.Client.GetAsync<CloudProfile>(ObjectKey.Cluster(name), deadline.Token);
        await garden.DeleteShootAsync(shoot.Key, deadline.Token);
        await garden.UntilGoneAsync<CloudProfile>(ObjectKey.Cluster(name), deadline.Token);
        await garden.UntilGoneAsync<CredentialsBinding>(shoot.Key, deadline.Token);

        secret.ShouldNotBeNull();
        profileInUse.Message.ShouldNotBeNull().ShouldContain(shoot.Key.ToString());
        bindingInUse.Message.ShouldNotBeNull().ShouldContain(shoot.Key.ToString());
        held.Metadata.DeletionTimestamp.ShouldNotBeNull();
        var released = await garden.Client.GetAsync<Secret>(shoot.Key, deadline.Token);
        released.Metadata.HasFinalizer(GardenerFinalizers.Gardener).ShouldBeFalse();
        released.Metadata.Label("reference.gardener.cloud/credentialsbinding").ShouldBeNull();
    }

    [Fact]
    public async Task A_secret_tells_its_provider_and_stays_until_the_last_binding_is_gone()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        var space = (await garden.CreateProjectAsync(name, deadline.Token)).Spec.Namespace!;
        var key = new ObjectKey(space, name);
        await garden.Client.CreateAsync(new Secret { Metadata = new ObjectMeta { Namespace = space, Name = name } }, deadline.Token);
        await garden.Client.CreateAsync(Samples.Binding(space, name), deadline.Token);
        await garden.Client.CreateAsync(
            new SecretBinding
            {
                Metadata = new ObjectMeta { Namespace = space, Name = name },
                SecretRef = new SecretReference { Namespace = space, Name = name },
                Provider = new SecretBindingProvider { Type = "local" },
            },
            deadline.Token);
        var marked = await garden.Client.UntilLabelledAsync(
            key, ["reference.gardener.cloud/credentialsbinding", "reference.gardener.cloud/secretbinding"], deadline.Token);
        await garden.UntilHeldAsync<SecretBinding>(key, deadline.Token);
        await garden.UntilHeldAsync<CredentialsBinding>(key, deadline.Token);

        await garden.Client.DeleteAsync<CredentialsBinding>(key, null, deadline.Token);
        await garden.UntilGoneAsync<CredentialsBinding>(key, deadline.Token);
        var between = await garden.Client.GetAsync<Secret>(key, deadline.Token);
        await garden.Client.DeleteAsync<SecretBinding>(key, null, deadline.Token);
        await garden.UntilGoneAsync<SecretBinding>(key, deadline.Token);

        marked.Metadata.Label("provider.shoot.gardener.cloud/local").ShouldBe("true");
        between.Metadata.HasFinalizer(GardenerFinalizers.Gardener).ShouldBeTrue();
        (await garden.Client.GetAsync<Secret>(key, deadline.Token)).Metadata.HasFinalizer(GardenerFinalizers.Gardener).ShouldBeFalse();
    }

    [Fact]
    public async Task A_profile_stays_while_another_one_is_made_of_it()
    {
        using var deadline = GardenFixture.Deadline();
        var name = garden.NewName();
        var space = (await garden.CreateProjectAsync(name, deadline.Token)).Spec.Namespace!;
        await garden.Client.CreateAsync(Samples.Profile(name), deadline.Token);
        await garden.UntilHeldAsync<CloudProfile>(ObjectKey.Cluster(name), deadline.Token);
        await garden.Client.CreateAsync(
            new NamespacedCloudProfile
            {
                Metadata = new ObjectMeta { Namespace = space, Name = "child" },
                Spec = new NamespacedCloudProfileSpec { Parent = new CloudProfileReference { Kind = "CloudProfile", Name = name } },
            },
            deadline.Token);

        await garden.Client.DeleteAsync<CloudProfile>(ObjectKey.Cluster(name), null, deadline.Token);
        await garden.UntilEventAsync("CloudProfile", name, "InUse", deadline.Token);
        await garden.Client.DeleteAsync<NamespacedCloudProfile>(new ObjectKey(space, "child"), null, deadline.Token);

        await garden.UntilGoneAsync<CloudProfile>(ObjectKey.Cluster(name), deadline.Token);
    }
}
