using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Tests.Server;

[Trait("Category", "Integration")]
public class ShootServerTests(GardenServer garden) : IClassFixture<GardenServer>
{
    [Fact]
    public async Task Shoot_IsCompletedFromItsProfile()
    {
        await garden.CreateAsync(GardenServer.NewShoot("complete")
            .WithKubernetes(_ => new Objects.Gardener.Core.Kubernetes { Version = "1.35" })
            .WithWorker(
                w => new Worker { Name = w.Name, Minimum = 1, Maximum = 2, Machine = new Machine { Type = "local" } }));

        var shoot = await garden.GetAsync<Shoot>(Key("complete"));

        shoot.Spec.Kubernetes.Version.ShouldBe("1.35.4");
        shoot.Spec.Provider.Workers![0].Machine.Image!.Version.ShouldBe("1.1.0");
        shoot.Spec.Purpose.ShouldBe("evaluation");
        shoot.Metadata.Annotations![GardenerAnnotations.CreatedBy].ShouldBe("admin");
        shoot.Metadata.Generation.ShouldBe(1);
    }

    [Fact]
    public async Task MinimalManifest_IsEnough()
    {
        var manifest = JsonNode.Parse("""
            {"apiVersion":"core.gardener.cloud/v1beta1","kind":"Shoot","metadata":{"name":"minimal"},"spec":{
             "cloudProfile":{"name":"local"},"credentialsBindingName":"local","region":"local",
             "networking":{"type":"calico","nodes":"10.0.0.0/16"},"kubernetes":{},
             "provider":{"type":"local","workers":[
              {"name":"local","machine":{"type":"local"},"minimum":1,"maximum":2}]}}}
            """);

        var answer = await garden.SendAsync(HttpMethod.Post, GardenServer.PathOf<Shoot>("garden-local"), manifest);

        answer.Code.ShouldBe(201, answer.Message);
        answer.Body["spec"]!["kubernetes"]!["version"]!.GetValue<string>().ShouldBe("1.35.4");
    }

    [Fact]
    public async Task UnknownProfileRegionOrVersion_IsRefusedWithWhatThereIs()
    {
        var profile = await garden.TryCreateAsync(GardenServer.NewShoot("bad").With(s => s with
        {
            CloudProfile = new CloudProfileReference { Kind = "CloudProfile", Name = "moon" },
        }));
        var version = await garden.TryCreateAsync(GardenServer.NewShoot("bad")
            .WithKubernetes(k => k with { Version = "9.9.9" }).With(s => s with { Region = "moon" }));

        profile.Code.ShouldBe(422);
        profile.Message.ShouldContain(
            "spec.cloudProfile.name: Unsupported value: \"moon\": supported values: \"local\"");
        version.Code.ShouldBe(422);
        version.Message.ShouldContain("spec.region: Unsupported value: \"moon\": supported values: \"local\"");
        version.Message.ShouldContain("spec.kubernetes.version: Unsupported value: \"9.9.9\"");
        (await garden.SendAsync(HttpMethod.Get, GardenServer.PathOf<Shoot>("garden-local") + "/bad")).Code.ShouldBe(
            404);
    }

    [Fact]
    public async Task CloudProfile_IsSwitchedToItsDescendantOnly()
    {
        await garden.CreateAsync(Samples.ValidProfile with { Metadata = new ObjectMeta { Name = "other" } });
        await garden.CreateAsync(new NamespacedCloudProfile
        {
            Metadata = new ObjectMeta { Name = "own", Namespace = "garden-local" },
            Spec = new NamespacedCloudProfileSpec
            {
                Parent = new CloudProfileReference { Kind = "CloudProfile", Name = "local" },
            },
        });
        var status = new JsonObject
        {
            ["status"] = new JsonObject { ["cloudProfileSpec"] = KubernetesJson.ToNode(Samples.ValidProfile)["spec"]!.DeepClone() },
        };
        (await garden.PatchAsync<NamespacedCloudProfile>(new ObjectKey("garden-local", "own"), "/status", status.ToJsonString()))
            .Code.ShouldBe(200);
        await garden.CreateAsync(GardenServer.NewShoot("switched"));

        var aside = await garden.PatchAsync<Shoot>(
            Key("switched"), "", """{"spec":{"cloudProfile":{"kind":"CloudProfile","name":"other"}}}""");
        var down = await garden.PatchAsync<Shoot>(
            Key("switched"), "", """{"spec":{"cloudProfile":{"kind":"NamespacedCloudProfile","name":"own"}}}""");
        var back = await garden.PatchAsync<Shoot>(
            Key("switched"), "", """{"spec":{"cloudProfile":{"kind":"CloudProfile","name":"local"}}}""");

        aside.Code.ShouldBe(422);
        aside.Message.ShouldContain("spec.cloudProfile: Invalid value: \"CloudProfile other\": a Shoot can only be switched");
        down.Code.ShouldBe(200, down.Message);
        back.Code.ShouldBe(422);
    }

    [Fact]
    public async Task OverlappingNetworks_AreRefused()
    {
        var answer = await garden.TryCreateAsync(
            GardenServer.NewShoot("overlap").WithNetworking(n => n with { Pods = "10.0.0.0/17" }));

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain("spec.networking.pods: Invalid value: \"10.0.0.0/17\": must not overlap");
        answer.Body["details"]!["causes"]![0]!["field"]!.GetValue<string>().ShouldBe("spec.networking.pods");
    }

    [Fact]
    public async Task MissingCredentials_AreRefused()
    {
        var answer = await garden.TryCreateAsync(
            GardenServer.NewShoot("poor").With(s => s with { CredentialsBindingName = "none" }));

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain("spec.credentialsBindingName: Not found: \"none\"");
    }

    [Fact]
    public async Task NamesTogetherOver21Characters_AreRefused()
    {
        var answer = await garden.TryCreateAsync(GardenServer.NewShoot("seventeen-letters"));

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain("must not exceed 21 characters (project: local; shoot: seventeen-letters)");
    }

    [Fact]
    public async Task NamespaceWithoutProject_IsRefused()
    {
        var shoot = GardenServer.NewShoot("stray");

        var answer = await garden.TryCreateAsync(
            shoot with { Metadata = shoot.Metadata with { Namespace = "default" } });

        answer.Code.ShouldBe(403);
        answer.Message.ShouldContain("the namespace \"default\" belongs to no project");
    }

    [Fact]
    public async Task SeedName_ChangesOnlyThroughBinding_WhichTakesTheSeedsNetworks()
    {
        await garden.CreateAsync(
            GardenServer.NewShoot("bind").WithNetworking(n => n with { Pods = null, Services = null }));

        var direct = await garden.PatchAsync<Shoot>(Key("bind"), "", """{"spec":{"seedName":"local"}}""");
        var unknown = await garden.PatchAsync<Shoot>(Key("bind"), "/binding", """{"spec":{"seedName":"moon"}}""");
        var bound = await garden.PatchAsync<Shoot>(
            Key("bind"), "/binding", """{"spec":{"seedName":"local","region":"ignored"}}""");

        direct.Code.ShouldBe(403);
        direct.Message.ShouldContain("shoots/binding");
        unknown.Code.ShouldBe(422);
        bound.Code.ShouldBe(200, bound.Message);
        var shoot = await garden.GetAsync<Shoot>(Key("bind"));
        (shoot.Spec.SeedName, shoot.Spec.Region).ShouldBe(("local", "local"));
        (shoot.Spec.Networking!.Pods, shoot.Spec.Networking.Services).ShouldBe(("10.3.0.0/16", "10.4.0.0/16"));
        shoot.Metadata.Generation.ShouldBe(2);
    }

    [Fact]
    public async Task BindingToASeedWhoseNetworksOverlap_IsRefused()
    {
        await garden.CreateAsync(GardenServer.NewShoot("clash").WithNetworking(n => n with { Pods = "10.1.0.0/17" }));

        var answer = await garden.PatchAsync<Shoot>(Key("clash"), "/binding", """{"spec":{"seedName":"local"}}""");

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain(
            "shoot pods network intersects with seed pods network (10.1.0.0/16) of seed \"local\"");
    }

    [Fact]
    public async Task Deletion_NeedsTheConfirmation()
    {
        await garden.CreateAsync(GardenServer.NewShoot("guarded"));

        var refused = await garden.DeleteAsync<Shoot>(Key("guarded"));
        await garden.ConfirmAsync<Shoot>(Key("guarded"));
        var confirmed = await garden.GetAsync<Shoot>(Key("guarded"));
        var deleted = await garden.DeleteAsync<Shoot>(Key("guarded"));

        refused.Code.ShouldBe(403);
        refused.Message.ShouldContain("\"confirmation.gardener.cloud/deletion\"");
        confirmed.Metadata.Annotations![GardenerAnnotations.DeletionConfirmedBy].ShouldBe("admin");
        deleted.Code.ShouldBe(200, deleted.Message);
    }

    [Fact]
    public async Task StatusAndSpec_AreWrittenApart()
    {
        await garden.CreateAsync(GardenServer.NewShoot("apart"));

        var status = await garden.PatchAsync<Shoot>(
            Key("apart"), "/status",
            """{"spec":{"region":"moon"},"status":{"technicalID":"shoot--local--apart","uid":"1"}}""");
        var again = await garden.PatchAsync<Shoot>(Key("apart"), "/status", """{"status":{"uid":"2"}}""");
        await garden.PatchAsync<Shoot>(
            Key("apart"), "", """{"status":{"technicalID":"x"},"spec":{"purpose":"testing"}}""");

        status.Code.ShouldBe(200, status.Message);
        again.Code.ShouldBe(422);
        again.Message.ShouldContain("status.uid: Invalid value: \"2\": field is immutable");
        var shoot = await garden.GetAsync<Shoot>(Key("apart"));
        (shoot.Spec.Region, shoot.Spec.Purpose, shoot.Status!.TechnicalID).ShouldBe(
            ("local", "testing", "shoot--local--apart"));
        shoot.Metadata.Generation.ShouldBe(2);
    }

    [Fact]
    public async Task ReconcileAnnotation_CountsAsAGenerationAndGoes()
    {
        await garden.CreateAsync(GardenServer.NewShoot("again"));
        var operation = await garden.PatchAsync<Shoot>(Key("again"), "/status",
            """
            {"status":{"lastOperation":{"type":"Create","state":"Succeeded","progress":100,"description":"done",
             "lastUpdateTime":"2026-01-01T00:00:00Z"}}}
            """);

        var patched = await garden.PatchAsync<Shoot>(
            Key("again"), "", """{"metadata":{"annotations":{"gardener.cloud/operation":"reconcile"}}}""");

        operation.Code.ShouldBe(200, operation.Message);
        patched.Code.ShouldBe(200, patched.Message);
        var shoot = await garden.GetAsync<Shoot>(Key("again"));
        shoot.Metadata.Generation.ShouldBe(2);
        shoot.Metadata.Annotations!.Keys.ShouldNotContain(GardenerAnnotations.Operation);
    }

    [Fact]
    public async Task Shoots_AreListedBySeedAndShownInColumns()
    {
        await garden.CreateAsync(GardenServer.NewShoot("listed"));
        await garden.PatchAsync<Shoot>(Key("listed"), "/binding", """{"spec":{"seedName":"local"}}""");

        var found = await garden.SendAsync(
            HttpMethod.Get, GardenServer.PathOf<Shoot>(null) + "?fieldSelector=spec.seedName=local");
        var table = await garden.SendAsync(
            HttpMethod.Get, GardenServer.PathOf<Shoot>("garden-local")
                + "/listed", accept: "application/json;as=Table;v=v1;g=meta.k8s.io");

        found.Body["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString()).ShouldContain("listed");
        var columns = table.Body["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.ToString()).ToList();
        columns.Take(
            7).ShouldBe(["Name", "CloudProfile", "Provider", "Region", "K8S Version", "Hibernated", "Last Operation"]);
        columns.Skip(11).ShouldBe(["Control Plane", "Observability", "Nodes", "System", "Age"]);
        table.Body["rows"]![0]!["cells"]![6]!.ToString().ShouldBe("<pending>");
    }

    private static ObjectKey Key(string name) => new("garden-local", name);
}
