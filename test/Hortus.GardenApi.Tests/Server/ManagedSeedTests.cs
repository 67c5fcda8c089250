using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenApi.Tests.Server;

/// <summary>A garden with a project for the garden namespace, in which Shoots become seeds.</summary>
public sealed class ManagedSeedGarden : IAsyncLifetime
{
    public GardenServer Server { get; } = new();

    public async Task InitializeAsync()
    {
        await Server.InitializeAsync();
        await Server.CreateAsync(new Secret { Metadata = new ObjectMeta { Name = "local", Namespace = "garden" } });
        await Server.CreateAsync(new Project
        {
            Metadata = new ObjectMeta { Name = "garden" },
            Spec = new ProjectSpec { Namespace = "garden" },
        });
        var binding = Samples.ValidBinding;
        await Server.CreateAsync(binding with
        {
            Metadata = binding.Metadata with { Namespace = "garden" },
            CredentialsRef = binding.CredentialsRef with { Namespace = "garden" },
        });
    }

    public Task DisposeAsync() => Server.DisposeAsync();
}

[Trait("Category", "Integration")]
public sealed class ManagedSeedTests(ManagedSeedGarden fixture) : IClassFixture<ManagedSeedGarden>
{
    private const string Path = "apis/seedmanagement.gardener.cloud/v1alpha1/namespaces/garden/managedseeds";

    private readonly GardenServer garden = fixture.Server;

    [Fact]
    public async Task What_is_left_out_has_defaults_and_what_the_Shoot_is()
    {
        await ShootAsync("complete");

        var managed = await CreateAsync("complete");

        var gardenlet = managed.Spec.Gardenlet;
        (gardenlet.Bootstrap, gardenlet.MergeWithParent).ShouldBe(("BootstrapToken", true));
        (gardenlet.Deployment!.ReplicaCount, gardenlet.Deployment.RevisionHistoryLimit, gardenlet.Deployment.Image!.PullPolicy)
            .ShouldBe((2, 2, "IfNotPresent"));
        var config = JsonNode.Parse(gardenlet.Config!.Value.GetRawText())!;
        config["resources"]!["capacity"]!["shoots"]!.ToString().ShouldBe("250");
        var spec = config["seedConfig"]!["spec"]!;
        (spec["provider"]!["type"]!.ToString(), spec["provider"]!["region"]!.ToString()).ShouldBe(("local", "local"));
        (spec["networks"]!["nodes"]!.ToString(), spec["networks"]!["pods"]!.ToString(), spec["networks"]!["services"]!.ToString())
            .ShouldBe(("10.0.0.0/16", "10.3.0.0/16", "10.4.0.0/16"));
        (spec["ingress"], config["logLevel"]).ShouldBe((null, null));
    }

    [Fact]
    public async Task The_ingress_of_the_seed_lies_below_the_domain_of_the_Shoot()
    {
        await ShootAsync("domain", """{"spec":{"dns":{"domain":"domain.example.org"}}}""");
        const string dns = """{"provider":{"type":"local","credentialsRef":{"apiVersion":"v1","kind":"Secret","namespace":"garden","name":"d"}}}""";

        var refused = await TryAsync("domain", seed => (seed["dns"], seed["ingress"]) =
            (JsonNode.Parse(dns), JsonNode.Parse("""{"domain":"ingress.other.org","controller":{"kind":"nginx"}}""")));
        var managed = await CreateAsync("domain", seed => seed["dns"] = JsonNode.Parse(dns));

        refused.Message.ShouldContain("seed ingress domain must be equal to shoot DNS domain ingress.domain.example.org");
        var ingress = JsonNode.Parse(managed.Spec.Gardenlet.Config!.Value.GetRawText())!["seedConfig"]!["spec"]!["ingress"]!;
        (ingress["domain"]!.ToString(), ingress["controller"]!["kind"]!.ToString()).ShouldBe(("ingress.domain.example.org", "nginx"));
    }

    [Theory]
    [InlineData("networks", """{"pods":"10.99.0.0/16"}""", "seedConfig.spec.networks.pods", "must be equal to shoot pods CIDR 10.3.0.0/16")]
    [InlineData("networks", """{"nodes":"10.99.0.0/16"}""", "seedConfig.spec.networks.nodes", "must be equal to shoot nodes CIDR 10.0.0.0/16")]
    [InlineData("provider", """{"type":"aws"}""", "seedConfig.spec.provider.type", "must be equal to shoot provider type local")]
    [InlineData("provider", """{"region":"mars"}""", "seedConfig.spec.provider.region", "must be equal to shoot region local")]
    [InlineData("provider", """{"typ":"local"}""", "seedConfig.spec.provider.typ", "unknown field")]
    [InlineData("backup", """{"provider":"local"}""", "seedConfig.spec.backup.credentialsRef", "must be set")]
    [InlineData("secretRef", """{"name":"x"}""", "seedConfig.spec.secretRef", "unknown field")]
    public async Task A_seed_that_cannot_be_that_of_the_Shoot_is_refused(string field, string value, string path, string why)
    {
        await ShootAsync("fits");

        var answer = await TryAsync("fits", seed => seed[field] = JsonNode.Parse(value));

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain($"spec.gardenlet.config.{path}");
        answer.Message.ShouldContain(why);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"no.label"}}""", "metadata.name")]
    [InlineData("""{"metadata":{"annotations":{"gardener.cloud/operation":"dance"}}}""", "Unsupported value: \"dance\"")]
    [InlineData("""{"spec":{"shoot":null}}""", "spec.shoot: Required value")]
    [InlineData("""{"spec":{"shoot":{"name":""}}}""", "spec.shoot.name: Required value")]
    [InlineData("""{"spec":{"shoot":{"name":"nowhere"}}}""", "shoot garden/nowhere not found")]
    [InlineData("""{"spec":{"gardenlet":{"bootstrap":"Magic"}}}""", "spec.gardenlet.bootstrap: Unsupported value")]
    [InlineData("""{"spec":{"gardenlet":{"deployment":{"replicaCount":-1}}}}""", "spec.gardenlet.deployment.replicaCount")]
    [InlineData("""{"spec":{"gardenlet":{"config":null}}}""", "spec.gardenlet.config.seedConfig: Required value")]
    [InlineData("""{"spec":{"gardenlet":{"config":{"apiVersion":"v9"}}}}""", "spec.gardenlet.config.apiVersion: Unsupported value")]
    [InlineData("""{"spec":{"gardenlet":{"config":{"controllers":{"shoots":{}}}}}}""", "spec.gardenlet.config.controllers.shoots")]
    [InlineData("""{"spec":{"gardenlet":{"config":{"seedConfig":{"metadata":{"name":"x"}}}}}}""", "seed name is forbidden")]
    [InlineData(
        """{"spec":{"gardenlet":{"config":{"gardenClientConnection":{"kubeconfig":"/x"}}}}}""", "kubeconfig is forbidden if bootstrap is specified")]
    [InlineData(
        """{"spec":{"gardenlet":{"bootstrap":"None","mergeWithParent":false}}}""", "kubeconfig is required if bootstrap is not specified")]
    public async Task A_faulty_one_is_refused_with_its_field(string patch, string fault)
    {
        await ShootAsync("faulty");
        var manifest = Manifest("faulty");
        Merge(manifest, (JsonObject)JsonNode.Parse(patch)!);

        var answer = await garden.SendAsync(HttpMethod.Post, Path, manifest);

        answer.Code.ShouldBe(422, answer.Message);
        answer.Message.ShouldContain(fault);
    }

    [Fact]
    public async Task It_lives_in_the_namespace_garden()
    {
        var manifest = Manifest("elsewhere");
        manifest["metadata"]!["namespace"] = "garden-local";

        var answer = await garden.SendAsync(
            HttpMethod.Post, Path.Replace("/garden/", "/garden-local/", StringComparison.Ordinal), manifest);

        answer.Message.ShouldContain("metadata.namespace: Invalid value: \"garden-local\": namespace must be garden");
    }

    [Fact]
    public async Task A_Shoot_is_one_seed_and_has_workers()
    {
        await ShootAsync("once");
        await ShootAsync("bare", """
            {"spec":{
              "provider":{"workers":null,"workersSettings":null}, "kubernetes":null, "networking":null, "credentialsBindingName":null,
              "addons":null, "systemComponents":null, "maintenance":null
            }}
            """);
        await CreateAsync("once");
        var second = Manifest("once");
        second["metadata"]!["name"] = "twice";

        (await garden.SendAsync(HttpMethod.Post, Path, second)).Message
            .ShouldContain("shoot garden/once already registered as seed by managed seed garden/once");
        (await TryAsync("bare")).Message.ShouldContain("workerless shoot cannot be used to create managed seed");
    }

    [Fact]
    public async Task What_was_decided_once_stays_and_operations_make_generations()
    {
        await ShootAsync("settled");
        (await CreateAsync("settled")).Metadata.Generation.ShouldBe(1);
        var key = Key("settled");

        foreach (var (patch, fault) in new[]
        {
            ("""{"spec":{"shoot":{"name":"other"}}}""", "spec.shoot.name"),
            ("""{"spec":{"gardenlet":{"bootstrap":"None"}}}""", "spec.gardenlet.bootstrap"),
            ("""{"spec":{"gardenlet":{"mergeWithParent":false}}}""", "spec.gardenlet.mergeWithParent"),
            ("""{"spec":{"gardenlet":{"config":{"seedConfig":{"spec":{"networks":{"pods":"10.9.0.0/16"}}}}}}}""", "networks.pods"),
        })
        {
            var refused = await garden.PatchAsync<ManagedSeed>(key, "", patch);
            (refused.Code, refused.Message.Contains(fault, StringComparison.Ordinal)).ShouldBe((422, true), refused.Message);
        }

        (await PatchAsync("settled", """{"spec":{"gardenlet":{"deployment":{"replicaCount":1}}}}""")).Metadata.Generation.ShouldBe(2);
        var reconciled = await PatchAsync("settled", """{"metadata":{"annotations":{"gardener.cloud/operation":"reconcile"}}}""");
        (reconciled.Metadata.Generation, reconciled.Metadata.Annotations).ShouldBe((3, null));
        (await PatchAsync("settled", """{"metadata":{"annotations":{"gardener.cloud/operation":"renew-kubeconfig"}}}"""))
            .Metadata.Generation.ShouldBe(4);
        (await garden.PatchAsync<ManagedSeed>(key, "/status", """{"status":{"observedGeneration":4}}""")).Code.ShouldBe(200);
        (await garden.GetAsync<ManagedSeed>(key)).Metadata.Generation.ShouldBe(4);
    }

    [Fact]
    public async Task A_Shoot_that_is_a_seed_and_a_managed_seed_that_has_Shoots_stay()
    {
        await ShootAsync("busy");
        await CreateAsync("busy");
        var seed = Samples.ValidSeed;
        await garden.CreateAsync(seed with { Metadata = seed.Metadata with { Name = "busy" } });
        await garden.CreateAsync(GardenServer.NewShoot("guest"));
        (await garden.PatchAsync<Shoot>(new ObjectKey("garden-local", "guest"), "/binding", """{"spec":{"seedName":"busy"}}""")).Code.ShouldBe(200);
        var shoot = new ObjectKey("garden", "busy");
        (await garden.ConfirmAsync<Shoot>(shoot)).Code.ShouldBe(200);

        var keptShoot = await garden.DeleteAsync<Shoot>(shoot);
        var keptManaged = await garden.DeleteAsync<ManagedSeed>(Key("busy"));

        (keptShoot.Code, keptManaged.Code).ShouldBe((403, 403));
        keptShoot.Message.ShouldContain("it is the seed of ManagedSeed garden/busy: delete that first");
        keptManaged.Message.ShouldContain("its seed is still used by 1 Shoot(s) (garden-local/guest)");
    }

    [Fact]
    public async Task The_seed_of_a_managed_seed_goes_with_it_and_not_before()
    {
        await ShootAsync("paired");
        await CreateAsync("paired");
        var seed = Samples.ValidSeed;
        await garden.CreateAsync(seed with { Metadata = seed.Metadata with { Name = "paired" } });

        var kept = await garden.DeleteAsync<Objects.Gardener.Core.Seed>(ObjectKey.Cluster("paired"));
        (await garden.DeleteAsync<ManagedSeed>(Key("paired"))).Code.ShouldBe(200);

        kept.Code.ShouldBe(403);
        kept.Message.ShouldContain("it is that of ManagedSeed garden/paired: delete that instead");
        (await garden.DeleteAsync<Objects.Gardener.Core.Seed>(ObjectKey.Cluster("paired"))).Code.ShouldBe(200);
    }

    private static ObjectKey Key(string name) => new("garden", name);

    private async Task ShootAsync(string name, string? patch = null)
    {
        var shoot = GardenServer.NewShoot(name);
        var tree = KubernetesJson.ToNode(shoot with { Metadata = shoot.Metadata with { Namespace = "garden" } });
        Merge(tree, (JsonObject)JsonNode.Parse(patch ?? "{}")!);
        var answer = await garden.SendAsync(HttpMethod.Post, GardenServer.PathOf<Shoot>("garden"), tree);
        (answer.Code is 201 or 409).ShouldBeTrue(answer.Message);
    }

    private async Task<ManagedSeed> CreateAsync(string name, Action<JsonObject>? change = null)
    {
        var answer = await TryAsync(name, change);
        answer.Code.ShouldBe(201, answer.Message);
        return KubernetesJson.Deserialize<ManagedSeed>(answer.Body);
    }

    private Task<GardenServer.Answer> TryAsync(string name, Action<JsonObject>? change = null)
    {
        var manifest = Manifest(name);
        change?.Invoke((JsonObject)manifest["spec"]!["gardenlet"]!["config"]!["seedConfig"]!["spec"]!);
        return garden.SendAsync(HttpMethod.Post, Path, manifest);
    }

    private async Task<ManagedSeed> PatchAsync(string name, string patch)
    {
        var answer = await garden.PatchAsync<ManagedSeed>(Key(name), "", patch);
        answer.Code.ShouldBe(200, answer.Message);
        return KubernetesJson.Deserialize<ManagedSeed>(answer.Body);
    }

    private static JsonObject Manifest(string name) => (JsonObject)JsonNode.Parse($$$"""
        {
          "apiVersion": "seedmanagement.gardener.cloud/v1alpha1",
          "kind": "ManagedSeed",
          "metadata": {"name": "{{{name}}}", "namespace": "garden"},
          "spec": {
            "shoot": {"name": "{{{name}}}"},
            "gardenlet": {
              "config": {
                "apiVersion": "gardenlet.config.gardener.cloud/v1alpha1",
                "kind": "GardenletConfiguration",
                "seedConfig": {"spec": {}}
              }
            }
          }
        }
        """)!;

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is JsonObject inner && target[name] is JsonObject under)
            {
                Merge(under, inner);
            }
            else if (value is null)
            {
                target.Remove(name);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
