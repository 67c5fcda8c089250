using System.Text;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;
using TokenRequest = Hortus.Objects.Kubernetes.TokenRequest;

namespace Hortus.Gardenlet.Tests.Bootstrap;

/// <summary>What an extension that runs in one of two seeds may do in the garden, by the token of its own account.</summary>
[Trait("Category", "Integration")]
public sealed class ExtensionAccessTests(TwoSeeds seeds) : IClassFixture<TwoSeeds>
{
    [Fact]
    public async Task An_extension_reads_what_belongs_to_its_seed()
    {
        using var deadline = SecureGarden.Deadline();
        var me = seeds.Extension;

        await me.GetAsync<Seed>(ObjectKey.Cluster("a"), deadline.Token);
        await me.GetAsync<CloudProfile>(ObjectKey.Cluster("local"), deadline.Token);
        (await me.FindAsync<GardenletObject>(new ObjectKey("garden", "a"), deadline.Token)).ShouldBeNull();
        await me.GetAsync<Shoot>(new ObjectKey("garden-a", "shoot-a"), deadline.Token);
        await me.GetAsync<CredentialsBinding>(new ObjectKey("garden-a", "cloud"), deadline.Token);
        await me.GetAsync<Secret>(new ObjectKey("garden-a", "cloud"), deadline.Token);
        await me.GetAsync<Secret>(new ObjectKey("garden", "dns-a"), deadline.Token);
        await me.GetAsync<ServiceAccount>(new ObjectKey("seed-a", "extension-x"), deadline.Token);
        (await me.ListAsync<Secret>(ListOptions.In("seed-a"), deadline.Token)).Items.ShouldContain(secret => secret.Metadata.Name == "own");
        (await me.ListAsync<Shoot>(new ListOptions { FieldSelector = "spec.seedName=a" }, deadline.Token))
            .Items.ShouldHaveSingleItem().Metadata.Name.ShouldBe("shoot-a");
        (await me.ListAsync<Project>(new ListOptions { FieldSelector = "spec.namespace=garden-a" }, deadline.Token))
            .Items.ShouldHaveSingleItem().Metadata.Name.ShouldBe("a");
    }

    [Fact]
    public async Task An_extension_chooses_its_leader_in_the_seeds_namespace_and_reports_on_its_shoots()
    {
        using var deadline = SecureGarden.Deadline();
        var me = seeds.Extension;

        await me.CreateAsync(new Lease { Metadata = new ObjectMeta { Namespace = "seed-a", Name = "leader" } }, deadline.Token);
        await me.PatchAsync<Shoot>(
            new ObjectKey("garden-a", "shoot-a"),
            Patch.Merge(new JsonObject { ["status"] = new JsonObject { ["seedName"] = "a" } }) with { Subresource = "status" },
            deadline.Token);
        await me.CreateAsync(
            new Event
            {
                Metadata = new ObjectMeta { Namespace = "garden-a", GenerateName = "test-" },
                InvolvedObject = new ObjectReference
                {
                    Kind = "Shoot",
                    Namespace = "garden-a",
                    Name = "shoot-a",
                    ApiVersion = "core.gardener.cloud/v1beta1",
                },
                Reason = "Test",
                Type = "Normal",
            },
            deadline.Token);
    }

    public static TheoryData<string> Refused => new(Attempts.Keys);

    private static readonly Dictionary<string, Func<KubernetesClient, CancellationToken, Task>> Attempts = new()
    {
        ["list all shoots"] = (me, token) => me.ListAsync<Shoot>(ListOptions.All, token),
        ["read the other seed's shoot"] = (me, token) => me.GetAsync<Shoot>(new ObjectKey("garden-b", "shoot-b"), token),
        ["list the other seed's shoots"] =
            (me, token) => me.ListAsync<Shoot>(new ListOptions { FieldSelector = "spec.seedName=b" }, token),
        ["list all projects"] = (me, token) => me.ListAsync<Project>(ListOptions.All, token),
        ["read the other seed's project"] = (me, token) => me.GetAsync<Project>(ObjectKey.Cluster("b"), token),
        ["list all installations"] = (me, token) => me.ListAsync<ControllerInstallation>(ListOptions.All, token),
        ["read a secret of the other seed's namespace"] = (me, token) => me.GetAsync<Secret>(new ObjectKey("seed-b", "own"), token),
        ["read the credentials of the other seed's shoot"] =
            (me, token) => me.GetAsync<Secret>(new ObjectKey("garden-b", "cloud"), token),
        ["list all secrets"] = (me, token) => me.ListAsync<Secret>(ListOptions.All, token),
        ["change a secret of its seed's namespace"] = (me, token) => me.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = "seed-a", Name = "own" },
                Data = new Dictionary<string, byte[]> { ["key"] = [1] },
            },
            "test",
            token),
        ["read its gardenlet's bootstrap token"] = (me, token) => me.GetAsync<Secret>(
            new ObjectKey("kube-system", "bootstrap-token-" + Components.Gardenlets.BootstrapTokens.IdOf(new ObjectKey("garden", "a"))), token),
        ["get tokens of other accounts"] = (me, token) => me.CreateSubresourceAsync<ServiceAccount, TokenRequest, TokenRequest>(
            new ObjectKey("seed-a", "other"), "token", new TokenRequest(), token),
        ["make accounts"] = (me, token) => me.ApplyAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "seed-a", Name = "extension-y" } }, "test", token),
        ["keep the seed alive in place of its gardenlet"] = (me, token) => me.ApplyAsync(
            new Lease { Metadata = new ObjectMeta { Namespace = "gardener-system-seed-lease", Name = "a" } }, "test", token),
        ["register Seeds"] = (me, token) => me.CreateAsync(GardenWorld.SeedOf("c"), token),
        ["delete its Seed"] = (me, token) => me.DeleteAsync<Seed>(ObjectKey.Cluster("a"), null, token),
        ["change its Gardenlet"] = (me, token) => me.PatchAsync<GardenletObject>(
            new ObjectKey("garden", "a"), Patch.Merge(new JsonObject { ["spec"] = new JsonObject() }), token),
        ["become a gardenlet"] = (me, token) => me.CreateAsync(
            new CertificateSigningRequest
            {
                Metadata = new ObjectMeta { Name = "seed-csr-extension" },
                Spec = new CertificateSigningRequestSpec
                {
                    Request = Encoding.UTF8.GetBytes(SigningRequest.Create(
                        CertificateSpec.Client("gardener.cloud:system:seed:a", "gardener.cloud:system:seeds")).RequestPem),
                    SignerName = CertificateSigners.Client,
                    Usages = ["client auth"],
                },
            },
            token),
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task An_extension_cannot(string attempt)
    {
        using var deadline = SecureGarden.Deadline();

        var refused = await Should.ThrowAsync<ApiException>(Attempts[attempt](seeds.Extension, deadline.Token));

        refused.Code.ShouldBe(403, refused.Message);
    }

    [Fact]
    public async Task Other_accounts_in_the_namespace_of_a_seed_have_no_rights_by_that()
    {
        using var deadline = SecureGarden.Deadline();
        var key = new ObjectKey("garden-a", "shoot-a");

        var refused = await Should.ThrowAsync<ApiException>(seeds.Stranger.GetAsync<Shoot>(key, deadline.Token));

        refused.Code.ShouldBe(403, refused.Message);
        await seeds.Stranger.GetAsync<CloudProfile>(ObjectKey.Cluster("local"), deadline.Token);
    }
}
