using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Tests.Server;

[Trait("Category", "Integration")]
public class GardenletTests(GardenServer garden) : IClassFixture<GardenServer>
{
    private const string Path = "apis/seedmanagement.gardener.cloud/v1alpha1/namespaces/garden/gardenlets";

    [Fact]
    public async Task Generations_follow_the_spec_and_operations()
    {
        (await CreateAsync("generations")).Metadata.Generation.ShouldBe(1);

        (await PatchAsync("generations", """{"metadata":{"labels":{"a":"b"}}}""")).Metadata.Generation.ShouldBe(1);
        (await PatchAsync("generations", """{"spec":{"deployment":{"replicaCount":1}}}""")).Metadata.Generation.ShouldBe(2);
        var reconciled = await PatchAsync("generations", Operation("reconcile"));
        reconciled.Metadata.Generation.ShouldBe(3);
        reconciled.Metadata.Annotations.ShouldBeNull();
        (await PatchAsync("generations", Operation("renew-kubeconfig"))).Metadata.Generation.ShouldBe(4);
        (await PatchAsync("generations", """{"metadata":{"labels":{"a":"c"}}}""")).Metadata.Generation.ShouldBe(5);
        var refused = await garden.PatchAsync<Gardenlet>(Key("generations"), "", Operation("force-redeploy"));
        refused.Code.ShouldBe(422);
        refused.Message.ShouldContain("must not overwrite operation \"renew-kubeconfig\" with \"force-redeploy\"");
        (await garden.PatchAsync<Gardenlet>(Key("generations"), "", Operation("reconcile"))).Code.ShouldBe(422);
        (await PatchAsync("generations", """{"metadata":{"annotations":null}}""")).Metadata.Generation.ShouldBe(5);
        await PatchAsync("generations", """{"metadata":{"finalizers":["example.com/test"]}}""");
        (await garden.DeleteAsync<Gardenlet>(Key("generations"))).Code.ShouldBe(200);
        (await garden.GetAsync<Gardenlet>(Key("generations"))).Metadata.Generation.ShouldBe(6);
    }

    [Fact]
    public async Task The_status_changes_no_generation_and_no_spec()
    {
        await CreateAsync("reported");

        var answer = await garden.PatchAsync<Gardenlet>(
            Key("reported"), "/status",
            """{"spec":{"deployment":{"replicaCount":7}},"status":{"observedGeneration":1,"conditions":[{"type":"GardenletReconciled","status":"True","reason":"Reconciled","message":"m","lastTransitionTime":"2024-01-01T00:00:00Z","lastUpdateTime":"2024-01-01T00:00:00Z"}]}}""");

        answer.Code.ShouldBe(200, answer.Message);
        var gardenlet = await garden.GetAsync<Gardenlet>(Key("reported"));
        (gardenlet.Metadata.Generation, gardenlet.Spec.Deployment.ReplicaCount, gardenlet.Status!.ObservedGeneration).ShouldBe((1, 2, 1));
        (await RowAsync("reported"))[..3].ShouldBe(["reported", "registry.example/charts/gardenlet:v1", "True"]);
    }

    [Fact]
    public async Task Tables_show_the_chart_whatever_way_it_is_named()
    {
        await CreateAsync("listed", """{"repository":"registry.example/charts/gardenlet","tag":"v2"}""");

        (await RowAsync("listed"))[..3].ShouldBe(["listed", "registry.example/charts/gardenlet:v2", "<unknown>"]);
    }

    [Fact]
    public async Task A_deletion_says_what_it_leaves_behind()
    {
        await CreateAsync("deleted");

        var answer = await garden.DeleteAsync<Gardenlet>(Key("deleted"));

        answer.Code.ShouldBe(200);
        answer.Warnings.ShouldHaveSingleItem().ShouldStartWith("Gardenlet garden/deleted: this deletes neither the gardenlet");
    }

    [Fact]
    public async Task A_chart_that_no_registry_can_find_is_refused_but_one_that_is_there_already_is_not_looked_at_again()
    {
        var answer = await garden.SendAsync(HttpMethod.Post, Path, Manifest("typo", """{"ref":"registry.example/Charts/gardenlet:v1"}"""));

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain("spec.deployment.helm.ociRepository.ref");
    }

    [Fact]
    public async Task An_unknown_field_of_the_configuration_is_refused_with_its_path()
    {
        var manifest = Manifest("strict", null);
        manifest["spec"]!["config"] = JsonNode.Parse(
            """{"apiVersion":"gardenlet.config.gardener.cloud/v1alpha1","kind":"GardenletConfiguration","controllers":{"shoots":{}}}""");

        var answer = await garden.SendAsync(HttpMethod.Post, Path, manifest);

        answer.Code.ShouldBe(422);
        answer.Message.ShouldContain("spec.config.controllers.shoots: Forbidden: unknown field");
    }

    [SkippableFact]
    [Trait("Category", "Upstream")]
    public async Task Gardeners_local_Gardenlet_is_accepted_in_the_garden_only()
    {
        var manifest = Upstream("30-gardenlet.yaml");

        var refused = await garden.SendAsync(
            HttpMethod.Post, Path.Replace("/garden/", "/default/", StringComparison.Ordinal), manifest.DeepClone());
        var accepted = await garden.SendAsync(HttpMethod.Post, Path, manifest);

        refused.Code.ShouldBe(422);
        refused.Message.ShouldContain("metadata.namespace: Forbidden: namespace must be garden");
        accepted.Code.ShouldBe(201, accepted.Message);
        accepted.Warnings.ShouldHaveSingleItem().ShouldContain("\"gardenlet-chart:tag\" is no reference to an artifact");
    }

    [SkippableFact]
    [Trait("Category", "Upstream")]
    public async Task Gardeners_full_configuration_is_read_and_accepted_in_a_Gardenlet()
    {
        var text = await File.ReadAllTextAsync(UpstreamFile("20-componentconfig-gardenlet.yaml"));
        GardenletConfigurationReader.ReadFile(text).Resources!.Capacity!["shoots"].Text.ShouldBe("200");
        var manifest = Upstream("55-gardenlet.yaml");
        manifest["metadata"]!["name"] = "upstream";
        manifest["spec"]!["deployment"]!["helm"]!["ociRepository"]!["tag"] = "v1.2.3";
        manifest["spec"]!["config"] = KubernetesYaml.Parse(text);

        var answer = await garden.SendAsync(HttpMethod.Post, Path, manifest);

        answer.Code.ShouldBe(201, answer.Message);
        KubernetesYaml.Write(answer.Body["spec"]!["config"]).ShouldBe(KubernetesYaml.Write(KubernetesYaml.Parse(text)));
    }

    private static JsonObject Upstream(string name) => KubernetesYaml.Parse(
        string.Join('\n', File.ReadAllLines(UpstreamFile(name)).Where(line => !line.TrimStart().StartsWith("<See", StringComparison.Ordinal))));

    private static string UpstreamFile(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(System.IO.Path.Combine(folder.FullName, "shared", "upstream")))
        {
            folder = folder.Parent;
        }

        Skip.If(folder is null, "the folder shared/upstream is not there");
        return System.IO.Path.Combine(folder!.FullName, "shared", "upstream", "examples", name);
    }

    private static ObjectKey Key(string name) => new("garden", name);

    private static string Operation(string operation) =>
        $$$$"""{"metadata":{"annotations":{"gardener.cloud/operation":"{{{{operation}}}}"}}}""";

    private static JsonObject Manifest(string name, string? repository) => new()
    {
        ["apiVersion"] = "seedmanagement.gardener.cloud/v1alpha1",
        ["kind"] = "Gardenlet",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "garden" },
        ["spec"] = new JsonObject
        {
            ["deployment"] = new JsonObject
            {
                ["helm"] = new JsonObject
                {
                    ["ociRepository"] = JsonNode.Parse(repository ?? """{"ref":"registry.example/charts/gardenlet:v1"}"""),
                },
            },
        },
    };

    private async Task<Gardenlet> CreateAsync(string name, string? repository = null)
    {
        var answer = await garden.SendAsync(HttpMethod.Post, Path, Manifest(name, repository));
        answer.Code.ShouldBe(201, answer.Message);
        return KubernetesJson.Deserialize<Gardenlet>(answer.Body);
    }

    private async Task<Gardenlet> PatchAsync(string name, string patch)
    {
        var answer = await garden.PatchAsync<Gardenlet>(Key(name), "", patch);
        answer.Code.ShouldBe(200, answer.Message);
        return KubernetesJson.Deserialize<Gardenlet>(answer.Body);
    }

    private async Task<string[]> RowAsync(string name)
    {
        var table = await garden.SendAsync(
            HttpMethod.Get, $"{Path}/{name}", accept: "application/json;as=Table;v=v1;g=meta.k8s.io");
        return [.. table.Body["rows"]!.AsArray()[0]!["cells"]!.AsArray().Select(cell => $"{cell}")];
    }
}
