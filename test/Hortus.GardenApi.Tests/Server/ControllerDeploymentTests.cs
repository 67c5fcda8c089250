using System.Text.Json.Nodes;

namespace Hortus.GardenApi.Tests.Server;

/// <summary>Both versions of ControllerDeployments on a real server.</summary>
[Trait("Category", "Integration")]
public class ControllerDeploymentTests(GardenServer garden) : IClassFixture<GardenServer>
{
    private const string V1 = "apis/core.gardener.cloud/v1/controllerdeployments";
    private const string V1Beta1 = "apis/core.gardener.cloud/v1beta1/controllerdeployments";
    private const string Resources = """
        [{"name":"x","resourceRef":{"apiVersion":"v1","kind":"Secret","name":"x"}}]
        """;

    private const string Carried = "migration.controllerdeployment.hortus.dev/resources";

    [Fact]
    public async Task A_chart_is_one_object_in_both_versions()
    {
        var created = await PostAsync(V1Beta1, """
            {"metadata":{"name":"both"},"type":"helm","injectGardenKubeconfig":true,
             "providerConfig":{"chart":"Zm9v","values":{"b":1.50,"a":[null,"ü"]}}}
            """);

        var v1 = await garden.SendAsync(HttpMethod.Get, V1 + "/both");
        var older = await garden.SendAsync(HttpMethod.Get, V1Beta1 + "/both");

        created.Code.ShouldBe(201, created.Message);
        v1.Body["helm"]!["rawChart"]!.ToString().ShouldBe("Zm9v");
        v1.Body["helm"]!["values"]!["b"]!.ToJsonString().ShouldBe("1.50");
        v1.Body["injectGardenKubeconfig"]!.GetValue<bool>().ShouldBeTrue();
        v1.Body.ContainsKey("type").ShouldBeFalse();
        JsonNode.DeepEquals(older.Body["providerConfig"], created.Body["providerConfig"]).ShouldBeTrue();
        v1.Body["metadata"]!["resourceVersion"]!.ToString().ShouldBe(older.Body["metadata"]!["resourceVersion"]!.ToString());
    }

    [Fact]
    public async Task Generation_counts_what_is_deployed_in_either_version()
    {
        (await PostAsync(V1, """{"metadata":{"name":"counted"},"helm":{"rawChart":"Zm9v"}}""")).Code.ShouldBe(201);

        (await GenerationAsync(V1, "{}")).ShouldBe(1);
        (await GenerationAsync(V1, """{"metadata":{"labels":{"a":"b"}}}""")).ShouldBe(1);
        (await GenerationAsync(V1, """{"injectGardenKubeconfig":true}""")).ShouldBe(2);
        (await GenerationAsync(V1, $$"""{"resources":{{Resources}}}""")).ShouldBe(3);
        (await GenerationAsync(V1Beta1, """{"providerConfig":{"values":{"a":1}}}""")).ShouldBe(4);
        (await GenerationAsync(V1Beta1, $$$$"""{"metadata":{"annotations":{"{{{{Carried}}}}":"[]"}}}""")).ShouldBe(5);
        (await GenerationAsync(V1, """{"helm":null,"metadata":{"annotations":{"migration.controllerdeployment.gardener.cloud/type":"x"}}}"""))
            .ShouldBe(6);
        (await GenerationAsync(V1, """{"metadata":{"annotations":{"migration.controllerdeployment.gardener.cloud/type":"y"}}}"""))
            .ShouldBe(7);
        (await GenerationAsync(V1Beta1, """{"metadata":{"finalizers":["example.org/hold"]}}""")).ShouldBe(7);
        var deleted = await garden.SendAsync(HttpMethod.Delete, V1Beta1 + "/counted");
        deleted.Body["metadata"]!["generation"]!.GetValue<long>().ShouldBe(8);
        (await garden.SendAsync(HttpMethod.Patch, V1 + "/counted", JsonNode.Parse("""{"metadata":{"finalizers":null}}"""),
            "application/merge-patch+json")).Code.ShouldBe(200);
        (await garden.SendAsync(HttpMethod.Get, V1Beta1 + "/counted")).Code.ShouldBe(404);
    }

    [Fact]
    public async Task Resources_pass_through_the_older_version_and_their_loss_is_told()
    {
        await PostAsync(V1, $$$"""{"metadata":{"name":"carried"},"helm":{"rawChart":"Zm9v"},"resources":{{{Resources}}}}""");
        var older = (await garden.SendAsync(HttpMethod.Get, V1Beta1 + "/carried")).Body;
        older["injectGardenKubeconfig"] = true;

        var kept = await garden.SendAsync(HttpMethod.Put, V1Beta1 + "/carried", older);
        var first = (await garden.SendAsync(HttpMethod.Get, V1 + "/carried")).Body;
        kept.Body["metadata"]!["annotations"]!.AsObject().Remove(Carried);
        var dropped = await garden.SendAsync(HttpMethod.Put, V1Beta1 + "/carried", kept.Body.DeepClone());
        var second = (await garden.SendAsync(HttpMethod.Get, V1 + "/carried")).Body;

        (kept.Code, kept.Warnings.Count).ShouldBe((200, 0));
        first["resources"]![0]!["resourceRef"]!["name"]!.ToString().ShouldBe("x");
        dropped.Code.ShouldBe(200, dropped.Message);
        dropped.Warnings.ShouldHaveSingleItem().ShouldContain(Carried);
        second.ContainsKey("resources").ShouldBeFalse();
    }

    [Fact]
    public async Task The_older_version_is_held_to_the_same_rules()
    {
        var empty = await PostAsync(V1Beta1, """{"metadata":{"name":"empty"},"type":"helm","providerConfig":{}}""");
        var wrong = await PostAsync(V1Beta1, """{"metadata":{"name":"wrong"},"type":"helm","providerConfig":{"chart":7}}""");
        var untyped = await PostAsync(V1Beta1, """{"metadata":{"name":"untyped"},"providerConfig":{"a":1}}""");
        var carried = await PostAsync(
            V1Beta1, $$$"""{"metadata":{"name":"carrier","annotations":{"{{{Carried}}}":"{"}},"type":"x"}""");
        var unknown = await PostAsync(
            V1Beta1, """{"metadata":{"name":"unknown"},"type":"helm","providerConfig":{"chart":"Zm9v","extra":1}}""");

        empty.Message.ShouldContain("helm: Required value: must provide either rawChart or ociRepository");
        wrong.Code.ShouldBe(422, wrong.Message);
        wrong.Message.ShouldContain("rawChart");
        untyped.Message.ShouldContain("must use either helm or a custom deployment configuration");
        carried.Message.ShouldContain("must be a JSON list in v1beta1");
        unknown.Code.ShouldBe(201, unknown.Message);
        unknown.Warnings.ShouldBe(["unknown field \"providerConfig.extra\""]);
        unknown.Body["providerConfig"]!.AsObject().ContainsKey("extra").ShouldBeFalse();
    }

    [Fact]
    public async Task A_digest_without_all_its_digits_is_taken_with_a_warning()
    {
        var answer = await PostAsync(
            V1, """{"metadata":{"name":"short"},"helm":{"ociRepository":{"ref":"example.com/foo:1@sha256:abc"}}}""");

        answer.Code.ShouldBe(201, answer.Message);
        answer.Warnings.ShouldHaveSingleItem().ShouldContain("cannot be pulled");
    }

    [Fact]
    public async Task Watchers_see_their_own_version()
    {
        await PostAsync(V1, """{"metadata":{"name":"watched"},"helm":{"rawChart":"Zm9v"}}""");

        var list = await garden.SendAsync(HttpMethod.Get, V1Beta1);
        var table = await garden.SendAsync(
            HttpMethod.Get, V1 + "/watched", accept: "application/json;as=Table;g=meta.k8s.io;v=v1");

        list.Body["items"]!.AsArray().Single(item => item!["metadata"]!["name"]!.ToString() == "watched")!["type"]!.ToString()
            .ShouldBe("helm");
        table.Body["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.ToString()).ShouldBe(["Name", "Age"]);
    }

    private Task<GardenServer.Answer> PostAsync(string path, string body) =>
        garden.SendAsync(HttpMethod.Post, path, JsonNode.Parse(body));

    private async Task<long> GenerationAsync(string path, string patch)
    {
        var answer = await garden.SendAsync(
            HttpMethod.Patch, path + "/counted", JsonNode.Parse(patch), "application/merge-patch+json");
        answer.Code.ShouldBe(200, answer.Message);
        return answer.Body["metadata"]!["generation"]!.GetValue<long>();
    }
}
