using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Gardenlet.Tests.Bootstrap;
using Hortus.Gardenlet.Tests.World;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using TokenRequest = Hortus.Objects.Kubernetes.TokenRequest;

namespace Hortus.Gardenlet.Tests.ManagedSeeds;

/// <summary>A Shoot on seed a is a seed itself: what the gardenlet of a may do for it, and what its own gardenlet may.</summary>
[Trait("Category", "Integration")]
public sealed class ManagedSeedAccessTests(ManagedSeedAccessTests.World world) : IClassFixture<ManagedSeedAccessTests.World>
{
    private static readonly ObjectKey Child = new("garden", "child");

    private KubernetesClient A => world.Seeds.A;

    private KubernetesClient Own => world.Child;

    [Fact]
    public async Task The_gardenlet_of_the_shoots_seed_may_deploy_register_and_remove()
    {
        using var deadline = SecureGarden.Deadline();
        var (token, account) = (World.Token, new ObjectKey("garden", "gardenlet-bootstrap-child"));

        await A.ListAsync<ManagedSeed>(ListOptions.In("garden"), deadline.Token);
        await A.PatchAsync<ManagedSeed>(Child, Touch(), deadline.Token);
        await A.PatchAsync<ManagedSeed>(Child, Status(), deadline.Token);
        await A.GetAsync<Secret>(new ObjectKey("garden", "child-backup"), deadline.Token);
        await A.ApplyAsync(SecretOf(token), "test", deadline.Token);
        await A.GetAsync<Secret>(token, deadline.Token);
        await A.DeleteAsync<Secret>(token, null, deadline.Token);
        await A.ApplyAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = account.Namespace, Name = account.Name } }, "test", deadline.Token);
        await A.CreateSubresourceAsync<ServiceAccount, TokenRequest, TokenRequest>(account, "token", new TokenRequest(), deadline.Token);
        await A.DeleteAsync<ServiceAccount>(account, null, deadline.Token);
        await world.BeginToDeleteAsync("left", deadline.Token);
        await A.GetAsync<Seed>(ObjectKey.Cluster("left"), deadline.Token);
        await A.DeleteAsync<Seed>(ObjectKey.Cluster("left"), null, deadline.Token);
    }

    [Fact]
    public async Task The_gardenlet_of_the_managed_seed_may_name_what_its_ManagedSeed_names()
    {
        using var deadline = SecureGarden.Deadline();

        await Own.GetAsync<Secret>(new ObjectKey("garden", "child-backup"), deadline.Token);
        await Own.PatchAsync<Seed>(ObjectKey.Cluster("child"), Backup("child-backup"), deadline.Token);
        await Own.PatchAsync<Seed>(ObjectKey.Cluster("child"), Internal("dns-a"), deadline.Token);
        var refused = await Should.ThrowAsync<ApiException>(
            Own.PatchAsync<Seed>(ObjectKey.Cluster("child"), Internal("dns-b"), deadline.Token));

        refused.Message.ShouldContain("name it in the configuration of the Gardenlet or ManagedSeed");
    }

    [Fact]
    public async Task A_seed_whose_ManagedSeed_is_being_deleted_is_not_registered_again()
    {
        using var deadline = SecureGarden.Deadline();
        await world.BeginToDeleteAsync("gone", deadline.Token);
        await world.Seeds.Garden.Admin.DeleteAsync<Seed>(ObjectKey.Cluster("gone"), null, deadline.Token);
        using var gone = SecureGarden.Connect(world.Seeds.Garden.Gardenlet("gone", TimeSpan.FromHours(1)));

        var refused = await Should.ThrowAsync<ApiException>(gone.CreateAsync(GardenWorld.SeedOf("gone"), deadline.Token));

        (refused.Code, refused.Message.Contains("ManagedSeed garden/gone is being deleted", StringComparison.Ordinal)).ShouldBe((403, true));
    }

    public static TheoryData<string> Beyond => new(Attempts.Keys);

    private static readonly Dictionary<string, Func<ManagedSeedAccessTests, CancellationToken, Task>> Attempts = new()
    {
        ["a: make a managed seed"] = (t, token) => t.A.CreateAsync(World.Managed("second", "Token"), token),
        ["a: delete the managed seed"] = (t, token) => t.A.DeleteAsync<ManagedSeed>(Child, null, token),
        ["a: change the spec of the managed seed"] = (t, token) => t.A.PatchAsync<ManagedSeed>(
            Child, Patch.Merge(new JsonObject { ["spec"] = JsonNode.Parse("""{"gardenlet":{"deployment":{"replicaCount":7}}}""") }), token),
        ["a: change a managed seed elsewhere"] = (t, token) => t.A.PatchAsync<ManagedSeed>(new ObjectKey("garden", "far"), Touch(), token),
        ["a: write the Seed of its managed seed"] = (t, token) => t.A.PatchAsync<Seed>(ObjectKey.Cluster("child"), Touch(), token),
        ["a: read the namespace of its managed seed"] = (t, token) => t.A.ListAsync<Secret>(ListOptions.In("seed-child"), token),
        ["a: become its managed seed's gardenlet by its account of another name"] = (t, token) => t.A.ApplyAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "garden", Name = "gardenlet-bootstrap-b" } }, "test", token),
        ["a: read the token of another"] = (t, token) => t.A.GetAsync<Secret>(World.FarToken, token),
        ["child: change its managed seed"] = (t, token) => t.Own.PatchAsync<ManagedSeed>(Child, Touch(), token),
        ["child: read the shoot that it runs in"] = (t, token) => t.Own.GetAsync<Shoot>(Child, token),
        ["child: read the secrets of its parent's seed"] = (t, token) => t.Own.ListAsync<Secret>(ListOptions.In("seed-a"), token),
        ["child: delete the Seed of its parent"] = (t, token) => t.Own.DeleteAsync<Seed>(ObjectKey.Cluster("a"), null, token),
    };

    [Theory]
    [MemberData(nameof(Beyond))]
    public async Task Nobody_may(string attempt)
    {
        using var deadline = SecureGarden.Deadline();

        var refused = await Should.ThrowAsync<ApiException>(Attempts[attempt](this, deadline.Token));

        refused.Code.ShouldBe(403, refused.Message);
    }

    [Theory]
    [InlineData("child", null)]
    [InlineData("b", "is the account for the gardenlet of another seed")]
    public async Task The_account_of_a_managed_seed_gets_a_certificate_for_its_seed_and_no_other(string asked, string? why)
    {
        using var deadline = SecureGarden.Deadline();
        var key = new ObjectKey("garden", "gardenlet-bootstrap-child");
        await A.ApplyAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name } }, "test", deadline.Token);
        var token = await A.CreateSubresourceAsync<ServiceAccount, TokenRequest, TokenRequest>(
            key, "token", new TokenRequest(), deadline.Token);
        using var account = SecureGarden.Connect(world.Seeds.Garden.Connection with { Token = token.Status.Token });
        var request = new SeedCertificateRequest(account, new GardenAccessSettings { SeedName = asked }, TimeProvider.System);

        if (why is null)
        {
            await request.ObtainAsync(deadline.Token);
        }
        else
        {
            (await Should.ThrowAsync<GardenAccessException>(request.ObtainAsync(deadline.Token))).Message.ShouldContain(why);
        }

        (await Should.ThrowAsync<ApiException>(account.ListAsync<Secret>(ListOptions.In("garden"), deadline.Token))).Code.ShouldBe(403);
    }

    private static Patch Touch() => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["test"] = "true" } },
    });

    private static Patch Status() => Patch.Merge(new JsonObject
    {
        ["status"] = new JsonObject { ["observedGeneration"] = 1 },
    }) with
    { Subresource = "status" };

    private static Patch Backup(string secret) => Spec($$$"""
        {"backup":{
          "provider":"local","credentialsRef":{"apiVersion":"v1","kind":"Secret","namespace":"garden","name":"{{{secret}}}"}
        } }
        """);

    private static Patch Internal(string secret) => Spec($$$"""
        {"dns":{"internal":{
          "type":"local","domain":"internal.example","credentialsRef":{"apiVersion":"v1","kind":"Secret","namespace":"garden","name":"{{{secret}}}"}
        } } }
        """);

    private static Patch Spec(string spec) => Patch.Merge(new JsonObject { ["spec"] = JsonNode.Parse(spec) });

    private static Secret SecretOf(ObjectKey key) => new()
    {
        Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
        Data = new Dictionary<string, byte[]> { ["key"] = Encoding.UTF8.GetBytes("value") },
    };

    /// <summary>Two seeds, and ManagedSeeds of Shoots on them: <c>child</c>, <c>gone</c> and <c>left</c> on a, <c>far</c> on b.</summary>
    public sealed class World : IAsyncLifetime
    {
        private KubernetesClient? child;

        public TwoSeeds Seeds { get; } = new();

        /// <summary>The gardenlet of the managed seed.</summary>
        public KubernetesClient Child => child!;

        /// <summary>Its bootstrap token.</summary>
        public static ObjectKey Token => Components.Gardenlets.BootstrapTokens.KeyOf(ManagedSeedAccessTests.Child);

        /// <summary>That of the other one.</summary>
        public static ObjectKey FarToken => Components.Gardenlets.BootstrapTokens.KeyOf(new ObjectKey("garden", "far"));

        public async Task InitializeAsync()
        {
            await Seeds.InitializeAsync();
            using var deadline = SecureGarden.Deadline();
            var admin = Seeds.Garden.Admin;
            await admin.CreateAsync(
                new Project { Metadata = new ObjectMeta { Name = "garden" }, Spec = new ProjectSpec { Namespace = "garden" } }, deadline.Token);
            foreach (var name in new[] { "cloud", "child-backup", "far-backup", "gone-backup", "left-backup" })
            {
                await admin.CreateAsync(SecretOf(new ObjectKey("garden", name)), deadline.Token);
            }

            await admin.CreateAsync(
                new CredentialsBinding
                {
                    Metadata = new ObjectMeta { Namespace = "garden", Name = "cloud" },
                    Provider = new CredentialsBindingProvider { Type = "local" },
                    CredentialsRef = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = "garden", Name = "cloud" },
                },
                deadline.Token);
            foreach (var (name, seed) in new[] { ("child", "a"), ("gone", "a"), ("left", "a"), ("far", "b") })
            {
                var shoot = GardenWorld.NewShoot(name);
                await admin.CreateAsync(
                    shoot with
                    {
                        Metadata = shoot.Metadata with { Namespace = "garden" },
                        Spec = shoot.Spec with { CredentialsBindingName = "cloud", SeedName = seed },
                    },
                    deadline.Token);
                await admin.CreateAsync(Managed(name, "ServiceAccount"), deadline.Token);
            }

            await admin.CreateAsync(GardenWorld.SeedOf("child"), deadline.Token);
            await admin.CreateAsync(GardenWorld.SeedOf("gone"), deadline.Token);
            await admin.CreateAsync(GardenWorld.SeedOf("left"), deadline.Token);
            child = SecureGarden.Connect(Seeds.Garden.Gardenlet("child", TimeSpan.FromHours(1)));
        }

        public async Task DisposeAsync()
        {
            child?.Dispose();
            await Seeds.DisposeAsync();
        }

        /// <summary>Deletes a ManagedSeed, which its controller holds until its Seed is gone.</summary>
        internal async Task BeginToDeleteAsync(string name, CancellationToken cancellationToken)
        {
            var (admin, key) = (Seeds.Garden.Admin, new ObjectKey("garden", name));
            if ((await admin.GetAsync<ManagedSeed>(key, cancellationToken)).Metadata.IsDeleting())
            {
                return;
            }

            var hold = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray("gardener") } };
            await admin.PatchAsync<ManagedSeed>(key, Patch.Merge(hold), cancellationToken);
            await admin.DeleteAsync<ManagedSeed>(key, null, cancellationToken);
        }

        internal static ManagedSeed Managed(string name, string bootstrap) => new()
        {
            Metadata = new ObjectMeta { Namespace = "garden", Name = name },
            Spec = new ManagedSeedSpec
            {
                Shoot = new ManagedSeedShoot { Name = name },
                Gardenlet = new GardenletConfig
                {
                    Bootstrap = bootstrap,
                    Config = JsonSerializer.Deserialize<JsonElement>($$$"""
                        {
                          "apiVersion": "gardenlet.config.gardener.cloud/v1alpha1",
                          "kind": "GardenletConfiguration",
                          "seedConfig": {"spec": {
                            "backup": {
                              "credentialsRef": {"apiVersion": "v1", "kind": "Secret", "namespace": "garden", "name": "{{{name}}}-backup"}
                            },
                            "dns": {"internal": {
                              "type": "local",
                              "domain": "internal.example",
                              "credentialsRef": {"apiVersion": "v1", "kind": "Secret", "namespace": "garden", "name": "dns-a"}
                            }}
                          }}
                        }
                        """),
                },
            },
        };
    }
}
