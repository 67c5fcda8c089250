using System.Text.Json.Nodes;
using Hortus.GardenApi.ControllerDeployments;

namespace Hortus.GardenApi.Tests.ControllerDeployments;

public class DeploymentConverterTests
{
    private const int Objects = 10_000;

    [Fact]
    public void Objects_of_v1_survive_the_way_through_v1beta1()
    {
        for (var seed = 0; seed < Objects; seed++)
        {
            var value = new RandomDeployments(seed).Stored();
            var before = value.ToJsonString();

            var older = DeploymentConverter.ToOlder(value);
            var back = DeploymentConverter.ToStored(older);

            Check(seed, value, before, older, back);
            older["helm"].ShouldBeNull($"seed {seed}");
            older["resources"].ShouldBeNull($"seed {seed}");
        }
    }

    [Fact]
    public void Objects_of_v1beta1_survive_the_way_through_v1()
    {
        for (var seed = 0; seed < Objects; seed++)
        {
            var value = new RandomDeployments(seed).Older();
            var before = value.ToJsonString();

            var stored = DeploymentConverter.ToStored(value);
            var back = DeploymentConverter.ToOlder(stored);

            Check(seed, value, before, stored, back);
            stored["type"].ShouldBeNull($"seed {seed}");
            stored["providerConfig"].ShouldBeNull($"seed {seed}");
        }
    }

    [Fact]
    public void A_chart_has_other_names_in_the_older_configuration()
    {
        var stored = Parse("""
            {"apiVersion":"core.gardener.cloud/v1","metadata":{"name":"a"},
             "helm":{"rawChart":"Zm9v","values":{"a":1.50}},"resources":[{"name":"x"}]}
            """);

        var older = DeploymentConverter.ToOlder(stored);

        older["type"]!.ToString().ShouldBe("helm");
        older["providerConfig"]!.ToJsonString().ShouldBe("""{"chart":"Zm9v","values":{"a":1.50}}""");
        older["metadata"]!["annotations"]!["migration.controllerdeployment.hortus.dev/resources"]!.ToString()
            .ShouldBe("""[{"name":"x"}]""");
    }

    [Fact]
    public void What_is_no_chart_stands_in_annotations_of_v1()
    {
        var older = Parse("""
            {"apiVersion":"core.gardener.cloud/v1beta1","metadata":{"name":"a"},"type":"terraform","providerConfig":{"b":["ä"]}}
            """);

        var stored = DeploymentConverter.ToStored(older);

        stored["metadata"]!["annotations"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .ShouldBe("""
                {"migration.controllerdeployment.gardener.cloud/type":"terraform",
                """.Trim() + """
                "migration.controllerdeployment.gardener.cloud/providerConfig":"{\"b\":[\"ä\"]}"}
                """.Trim());
        stored.ContainsKey("helm").ShouldBeFalse();
    }

    [Fact]
    public void Annotations_that_cannot_be_read_stay_to_be_complained_about()
    {
        var stored = DeploymentConverter.ToStored(Parse("""
            {"apiVersion":"core.gardener.cloud/v1beta1","type":"helm",
             "metadata":{"name":"a","annotations":{"migration.controllerdeployment.hortus.dev/resources":"{"}}}
            """));
        var older = DeploymentConverter.ToOlder(Parse("""
            {"apiVersion":"core.gardener.cloud/v1",
             "metadata":{"name":"a","annotations":{"migration.controllerdeployment.gardener.cloud/providerConfig":"["}}}
            """));

        stored["metadata"]!["annotations"]!.AsObject().Count.ShouldBe(1);
        stored.ContainsKey("resources").ShouldBeFalse();
        older["metadata"]!["annotations"]!.AsObject().Count.ShouldBe(1);
        older.ContainsKey("providerConfig").ShouldBeFalse();
    }

    private static void Check(int seed, JsonObject value, string before, JsonObject converted, JsonObject back)
    {
        value.ToJsonString().ShouldBe(before, $"seed {seed}: conversion changed what it was given");
        JsonNode.DeepEquals(back, value).ShouldBeTrue($"seed {seed}: {before}\nconverted: {converted}\nback: {back}");
    }

    private static JsonObject Parse(string json) => (JsonObject)JsonNode.Parse(json)!;
}
