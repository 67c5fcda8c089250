using System.Net;
using System.Text.Json.Nodes;
using static Hortus.ApiServer.Tests.Webhooks.WebhookFixture;

namespace Hortus.ApiServer.Tests.Rest;

/// <summary>What CustomResourceDefinitions may say, and what becomes of it.</summary>
[Trait("Category", "Integration")]
public sealed class DefinitionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Definitions = "apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Theory]
    [InlineData("names/plural", "\"a_b\"", "a DNS-1035 label must consist of")]
    [InlineData("names/shortNames", "[\"Up\"]", "spec.names.shortNames[0]: Invalid value: \"Up\"")]
    [InlineData("names/listKind", "\"Thing\"", "kind and listKind may not be the same")]
    [InlineData("versions/0/name", "\"V1\"", "spec.versions[0].name: Invalid value: \"V1\"")]
    [InlineData("versions/0/storage", "false", "must have exactly one version marked as storage version")]
    [InlineData("versions/0/deprecationWarning", "\"old\"", "can only be set for deprecated versions")]
    [InlineData("versions/0/additionalPrinterColumns", """[{"name":"x","type":"text","jsonPath":".spec"}]""", "Unsupported value: \"text\": supported values: \"boolean\", \"date\"")]
    [InlineData("versions/0/additionalPrinterColumns", """[{"name":"x","type":"string","jsonPath":".spec[?(@"}]""", "must be a valid JSON path")]
    [InlineData("versions/0/subresources/scale", """{"specReplicasPath":".status.n","statusReplicasPath":".status.n"}""", "should be a json path under .spec")]
    [InlineData("versions/0/selectableFields", """[{"jsonPath":".spec.nope"}]""", "does not refer to a valid field")]
    [InlineData("versions/0/selectableFields", """[{"jsonPath":".spec.list"}]""", "must point to a field of type string, boolean or integer")]
    [InlineData("versions/0/selectableFields", """[{"jsonPath":".spec.color"},{"jsonPath":".spec.color"}]""", "Duplicate value: \".spec.color\"")]
    [InlineData("versions/0/schema/openAPIV3Schema/properties/spec/properties/color/default", "5", "must be of type string: \"integer\"")]
    [InlineData("versions/0/schema/openAPIV3Schema/properties/spec/default", """{"junk":1}""", "must not have fields that the schema does not know: junk")]
    [InlineData("preserveUnknownFields", "true", "set x-kubernetes-preserve-unknown-fields in the schema instead")]
    public async Task Definition_that_makes_no_sense_is_refused(string path, string value, string expected)
    {
        var body = Definition("things", "Thing", "refused.example.com");
        var steps = path.Split('/');
        var parent = body["spec"]!;
        foreach (var step in steps.SkipLast(1))
        {
            parent = parent is JsonArray list ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)]!
                : parent[step] ??= new JsonObject();
        }

        parent[steps[^1]] = JsonNode.Parse(value);

        var answer = await api.PostAsync(Definitions, body.ToJsonString());

        answer.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        answer.Message.ShouldContain(expected);
    }

    [Fact]
    public async Task More_than_eight_selectable_fields_are_too_many_and_those_declared_select()
    {
        var many = Definition("things", "Thing", "many.example.com");
        many["spec"]!["versions"]![0]!["selectableFields"] =
            new JsonArray([.. Enumerable.Range(0, 9).Select(i => new JsonObject { ["jsonPath"] = $".spec.f{i}" })]);
        (await api.PostAsync(Definitions, many.ToJsonString())).Message.ShouldContain("Too many: 9: must have at most 8 items");
        var body = Definition("picks", "Pick", "select.example.com");
        body["spec"]!["versions"]![0]!["selectableFields"] = new JsonArray(new JsonObject { ["jsonPath"] = ".spec.color" });
        await EstablishAsync(body);
        const string path = "apis/select.example.com/v1/namespaces/default/picks";
        await api.PostAsync(path, """{"kind":"Pick","metadata":{"name":"a"},"spec":{"color":"red"}}""");
        await api.PostAsync(path, """{"kind":"Pick","metadata":{"name":"b"},"spec":{"color":"blue"}}""");

        (await api.GetAsync(path + "?fieldSelector=spec.color=blue")).ItemNames.ShouldBe(["b"]);
        (await api.GetAsync(path + "?fieldSelector=spec.size=1")).Message.ShouldContain("field label not supported: spec.size");
    }

    [Theory]
    [InlineData("https://github.com/kubernetes/kubernetes/pull/1", "True", "ApprovedAnnotation", "approved in https://")]
    [InlineData("unapproved, testing only", "False", "UnapprovedAnnotation", "not approved: \"unapproved, testing only\"")]
    public async Task Definition_of_a_protected_group_tells_its_approval(
        string note, string status, string reason, string message)
    {
        var plural = reason.ToLowerInvariant();
        var body = Definition(plural, "K" + plural, "test.k8s.io");
        (await api.PostAsync(Definitions, body.ToJsonString())).Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        body["metadata"]!["annotations"] = new JsonObject { ["api-approved.kubernetes.io"] = note };

        var condition = (await EstablishAsync(body))["status"]!["conditions"]!.AsArray()
            .Single(c => c!["type"]!.ToString() == "KubernetesAPIApprovalPolicyConformant")!;

        condition["status"]!.ToString().ShouldBe(status);
        condition["reason"]!.ToString().ShouldBe(reason);
        condition["message"]!.ToString().ShouldStartWith(message);
    }

    [Fact]
    public async Task Names_that_are_taken_are_told_and_accepted_once_they_are_free()
    {
        var first = Definition("firsts", "First", "names.example.com");
        first["spec"]!["names"]!["shortNames"] = new JsonArray("fs");
        await EstablishAsync(first);
        var second = Definition("seconds", "Second", "names.example.com");
        second["spec"]!["names"]!["shortNames"] = new JsonArray("fs");
        await api.PostAsync(Definitions, second.ToJsonString());

        var conflict = await EventuallyAsync(() => api.GetAsync($"{Definitions}/seconds.names.example.com"),
            a => Condition(a.Body, "NamesAccepted") is not null);

        Condition(conflict.Body, "NamesAccepted")!["reason"]!.ToString().ShouldBe("ShortNamesConflict");
        Condition(conflict.Body, "NamesAccepted")!["message"]!.ToString().ShouldBe("\"fs\" is already in use");
        Condition(conflict.Body, "Established")!["status"]!.ToString().ShouldBe("False");
        (await api.GetAsync("apis/names.example.com/v1/namespaces/default/seconds")).Code.ShouldBe(HttpStatusCode.NotFound);

        await api.DeleteAsync($"{Definitions}/firsts.names.example.com");

        await EventuallyAsync(() => api.GetAsync("apis/names.example.com/v1/namespaces/default/seconds"), a => a.Code == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Definition_that_is_going_says_so_and_lets_no_objects_be_made()
    {
        await EstablishAsync(Definition("goings", "Going", "going.example.com"));
        const string path = "apis/going.example.com/v1/namespaces/default/goings";
        await api.PostAsync(path, """{"kind":"Going","metadata":{"name":"held","finalizers":["example.com/hold"]}}""");

        await api.DeleteAsync($"{Definitions}/goings.going.example.com");

        var going = await EventuallyAsync(() => api.GetAsync($"{Definitions}/goings.going.example.com"),
            a => Condition(a.Body, "Terminating") is not null);
        Condition(going.Body, "Terminating")!["reason"]!.ToString().ShouldBe("InstanceDeletionInProgress");
        var late = await api.PostAsync(path, """{"kind":"Going","metadata":{"name":"late"}}""");
        late.Code.ShouldBe(HttpStatusCode.MethodNotAllowed);
        late.Message.ShouldBe("create not allowed while custom resource definition is terminating");
        (await api.SendAsync(HttpMethod.Patch, path + "/held", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json"))
            .Code.ShouldBe(HttpStatusCode.OK);
        await EventuallyAsync(() => api.GetAsync($"{Definitions}/goings.going.example.com"), a => a.Code == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Deprecated_version_warns_and_names_a_better_one()
    {
        var body = Definition("olds", "Old", "old.example.com");
        var versions = body["spec"]!["versions"]!.AsArray();
        var beta = versions[0]!.DeepClone();
        beta["name"] = "v1beta1";
        beta["storage"] = false;
        beta["deprecated"] = true;
        versions.Add(beta);
        var alpha = beta.DeepClone();
        alpha["name"] = "v1alpha1";
        alpha["deprecationWarning"] = "do not use this";
        versions.Add(alpha);
        await EstablishAsync(body);

        (await api.GetAsync("apis/old.example.com/v1/olds")).Warnings.ShouldBeEmpty();
        (await api.GetAsync("apis/old.example.com/v1beta1/olds")).Warnings
            .ShouldBe(["299 - \"old.example.com/v1beta1 Old is deprecated; use old.example.com/v1 Old\""]);
        (await api.GetAsync("apis/old.example.com/v1alpha1/olds")).Warnings.ShouldBe(["299 - \"do not use this\""]);
    }

    [Fact]
    public async Task Stored_versions_grow_with_the_storage_version_and_guard_what_is_stored()
    {
        var body = Definition("grows", "Grow", "grow.example.com");
        var versions = body["spec"]!["versions"]!.AsArray();
        var next = versions[0]!.DeepClone();
        next["name"] = "v2";
        next["storage"] = false;
        versions.Add(next);
        await EstablishAsync(body);
        const string path = Definitions + "/grows.grow.example.com";
        await api.SendAsync(HttpMethod.Patch, path, """
            [{"op":"replace","path":"/spec/versions/0/storage","value":false},
             {"op":"replace","path":"/spec/versions/1/storage","value":true}]
            """, "application/json-patch+json");

        await EventuallyAsync(() => api.GetAsync(path),
            a => a.Body["status"]!["storedVersions"]!.ToJsonString() == """["v1","v2"]""");
        var removed = await api.SendAsync(
            HttpMethod.Patch, path, """[{"op":"remove","path":"/spec/versions/0"}]""", "application/json-patch+json");

        removed.Code.ShouldBe(HttpStatusCode.UnprocessableEntity);
        removed.Message.ShouldContain("status.storedVersions");
    }

    [Fact]
    public async Task Printer_columns_of_every_type_show_their_values()
    {
        var body = Definition("shows", "Show", "show.example.com");
        body["spec"]!["versions"]![0]!["additionalPrinterColumns"] = JsonNode.Parse("""
            [{"name":"Text","type":"string","jsonPath":".spec.color"},{"name":"Whole","type":"integer","jsonPath":".spec.size"},
             {"name":"Real","type":"number","jsonPath":".spec.ratio"},{"name":"Flag","type":"boolean","jsonPath":".spec.on"},
             {"name":"Since","type":"date","jsonPath":".spec.when"},{"name":"Wide","type":"string","jsonPath":".spec.list[0]","priority":1}]
            """);
        await EstablishAsync(body);
        const string path = "apis/show.example.com/v1/namespaces/default/shows";
        await api.PostAsync(path, """
            {"kind":"Show","metadata":{"name":"a"},"spec":{"color":"red","size":3,"ratio":1.5,"on":true,
             "when":"2020-01-01T00:00:00Z","list":["first","second"]}}
            """);

        var table = await api.GetAsync(path, "application/json;as=Table;v=v1;g=meta.k8s.io");

        table.Body["columnDefinitions"]!.AsArray().Select(c => c!["name"]!.ToString())
            .ShouldBe(["Name", "Text", "Whole", "Real", "Flag", "Since", "Wide"]);
        var cells = table.Body["rows"]![0]!["cells"]!.AsArray();
        cells.Take(5).Select(c => c!.ToJsonString()).ShouldBe(["\"a\"", "\"red\"", "3", "1.5", "true"]);
        cells[5]!.ToString().ShouldMatch("^[0-9]+y");
        cells[6]!.ToString().ShouldBe("first");
    }

    [Fact]
    public async Task Embedded_objects_and_int_or_string_are_checked()
    {
        await EstablishAsync(Definition("mixes", "Mix", "mix.example.com"));
        const string path = "apis/mix.example.com/v1/namespaces/default/mixes";
        string Mix(string spec) => """{"kind":"Mix","metadata":{"generateName":"m-"},"spec":SPEC}"""
            .Replace("SPEC", spec, StringComparison.Ordinal);

        var good = await api.PostAsync(path, Mix("""
            {"port":"http","inner":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","junk":1},"spec":{"any":1}}}
            """));

        good.Code.ShouldBe(HttpStatusCode.Created);
        good.Body["spec"]!["inner"]!.ToJsonString()
            .ShouldBe("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"any":1}}""");
        (await api.PostAsync(path, Mix("""{"port":80}"""))).Code.ShouldBe(HttpStatusCode.Created);
        (await api.PostAsync(path, Mix("""{"port":1.5}"""))).Message.ShouldContain("spec.port");
        (await api.PostAsync(path, Mix("""{"inner":{"kind":"Pod"}}"""))).Message
            .ShouldContain("spec.inner.apiVersion: Required value: must not be empty");
        (await api.PostAsync(path, Mix("""{"when":"yesterday"}"""))).Message.ShouldContain("spec.when");
    }

    private static JsonNode? Condition(JsonObject definition, string type) =>
        (definition["status"]?["conditions"] as JsonArray)?.FirstOrDefault(c => c!["type"]!.ToString() == type);

    private static JsonObject Definition(string plural, string kind, string group) => (JsonObject)JsonNode.Parse("""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"PLURAL.GROUP"},
         "spec":{"group":"GROUP","scope":"Namespaced","names":{"plural":"PLURAL","kind":"KIND"},
          "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{
            "spec":{"type":"object","properties":{"color":{"type":"string"},"size":{"type":"integer"},"ratio":{"type":"number"},
              "on":{"type":"boolean"},"when":{"type":"string","format":"date-time"},
              "list":{"type":"array","items":{"type":"string"}},"port":{"x-kubernetes-int-or-string":true},
              "inner":{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}}},
            "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}]}}
        """
        .Replace("PLURAL", plural, StringComparison.Ordinal)
        .Replace("GROUP", group, StringComparison.Ordinal)
        .Replace("KIND", kind, StringComparison.Ordinal))!;

    private async Task<JsonObject> EstablishAsync(JsonObject definition)
    {
        var created = await api.PostAsync(Definitions, definition.ToJsonString());
        created.Code.ShouldBe(HttpStatusCode.Created, created.Message);
        return (await EventuallyAsync(
            () => api.GetAsync($"{Definitions}/{definition["metadata"]!["name"]}"),
            a => Condition(a.Body, "Established")?["status"]?.ToString() == "True")).Body;
    }
}
