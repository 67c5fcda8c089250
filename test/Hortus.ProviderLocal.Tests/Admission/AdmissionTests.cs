using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Tests.World;
using Hortus.Runtime;

namespace Hortus.ProviderLocal.Tests.Admission;

/// <summary>The admission as a garden's API server meets it: certificates, configurations, answers.</summary>
[Trait("Category", "Integration")]
public sealed class AdmissionTests
{
    [Fact]
    public async Task A_profile_whose_configuration_cannot_be_used_is_refused_with_its_fields()
    {
        using var deadline = Deadline();
        await using var world = await AdmissionWorld.AskedAsync(deadline.Token);

        var wrong = await world.TryAsync(AdmissionWorld.ProfileWith(
            "{ apiVersion: local.provider.extensions.gardener.cloud/v1alpha1, kind: CloudProfileConfig, images: [], "
            + "machineImages: [{ name: local, versions: [{ version: 1.0.0 }, { version: 1.0.0, image: x }] }] }"), deadline.Token);
        var unknown = await world.TryAsync(AdmissionWorld.ProfileWith(Config("2.0.0")), deadline.Token);

        wrong!.Code.ShouldBe(422);
        wrong.Message.ShouldContain("spec.providerConfig.images: Forbidden: there is no such field");
        wrong.Message.ShouldContain("spec.providerConfig.machineImages[0].versions[0].image: Required value");
        wrong.Message.ShouldContain("spec.providerConfig.machineImages[0].versions[1].version: Duplicate value: \"1.0.0\"");
        unknown!.Message.ShouldContain("spec.providerConfig.machineImages[0].versions[0]: Invalid value: \"local@2.0.0\"");
    }

    [Fact]
    public async Task Good_profiles_those_without_configuration_and_those_of_other_types_are_let_through()
    {
        using var deadline = Deadline();
        await using var world = await AdmissionWorld.AskedAsync(deadline.Token);

        (await world.TryAsync(AdmissionWorld.ProfileWith(Config("1.0.0")), deadline.Token)).ShouldBeNull();
        (await world.TryAsync(AdmissionWorld.ProfileWith(null), deadline.Token)).ShouldBeNull();
        (await world.TryAsync(AdmissionWorld.ProfileWith("{ kind: Any }", "other"), deadline.Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Configurations_belong_to_the_namespace_and_are_not_written_again_once_it_goes()
    {
        using var deadline = Deadline();
        await using var world = await AdmissionWorld.StartAsync(deadline.Token);
        var garden = world.Garden;
        var first = await garden.CreateAsync(AdmissionWorld.NamespaceOf(AdmissionWorld.Owner), deadline.Token);
        await UntilOwnedAsync(world, first, deadline.Token);

        // While the namespace stays, nobody takes them away.
        await garden.DeleteAsync<MutatingWebhookConfiguration>(AdmissionWorld.Configuration, null, deadline.Token);
        await UntilOwnedAsync(world, first, deadline.Token);

        var key = ObjectKey.Cluster(AdmissionWorld.Owner);
        await garden.DeleteAsync<Namespace>(key, null, deadline.Token);
        var seen = OwnersAsync(world, deadline.Token);
        await garden.DeleteAsync<MutatingWebhookConfiguration>(AdmissionWorld.Configuration, null, deadline.Token);
        await garden.DeleteAsync<ValidatingWebhookConfiguration>(AdmissionWorld.Configuration, null, deadline.Token);
        var dying = await garden.GetAsync<Namespace>(key, deadline.Token);
        await garden.UpdateSubresourceAsync(dying with { Spec = new NamespaceSpec { Finalizers = [] } }, "finalize", deadline.Token);
        await garden.UntilAsync<Namespace>(key, found => found is null, deadline.Token);
        var second = await garden.CreateAsync(AdmissionWorld.NamespaceOf(AdmissionWorld.Owner), deadline.Token);
        await UntilOwnedAsync(world, second, deadline.Token);

        // The first owner, nothing, the second: never the first again.
        (await seen).ShouldBe([first.Metadata.Uid, null, second.Metadata.Uid]);
    }

    [Fact]
    public async Task The_certificate_outlives_the_process()
    {
        using var deadline = Deadline();
        await using var world = await AdmissionWorld.AskedAsync(deadline.Token);

        var secrets = await world.Runtime.ListAsync<Secret>(ListOptions.In(GardenerNames.GardenNamespace), deadline.Token);

        secrets.Items.Select(secret => secret.Metadata.Label("name")).Order().ShouldBe(
            ["ca-gardener-extension-admission-local", "gardener-extension-admission-local-webhooks"]);
        secrets.Items.ShouldAllBe(secret => secret.Immutable == true);
    }

    /// <summary>A configuration that maps one version of machine image local, in one line.</summary>
    internal static string Config(string version) =>
        "{ apiVersion: local.provider.extensions.gardener.cloud/v1alpha1, kind: CloudProfileConfig, "
        + $"machineImages: [{{ name: local, versions: [{{ version: {version}, image: \"example.com/machine:{version}\" }}] }}] }}";

    private static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(60));

    private static async Task UntilOwnedAsync(AdmissionWorld world, Namespace owner, CancellationToken cancellationToken)
    {
        await world.Garden.UntilAsync<MutatingWebhookConfiguration>(
            AdmissionWorld.Configuration, found => OwnerOf(found) == owner.Metadata.Uid, cancellationToken);
        await world.Garden.UntilAsync<ValidatingWebhookConfiguration>(
            AdmissionWorld.Configuration, found => OwnerOf(found) == owner.Metadata.Uid, cancellationToken);
    }

    // Owners of the configuration one after the other, until there is a third state.
    private static async Task<IReadOnlyList<string?>> OwnersAsync(AdmissionWorld world, CancellationToken cancellationToken)
    {
        var owners = new List<string?>();
        await foreach (var state in world.Garden.StatesAsync<MutatingWebhookConfiguration>(AdmissionWorld.Configuration, cancellationToken))
        {
            if (owners.Count == 0 || owners[^1] != OwnerOf(state))
            {
                owners.Add(OwnerOf(state));
            }

            if (owners.Count == 3)
            {
                break;
            }
        }

        return owners;
    }

    private static string? OwnerOf(KubernetesObject? found) => found?.Metadata.OwnerReferences?.Single().Uid;
}
