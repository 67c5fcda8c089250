using System.Text.Json.Nodes;
using Hortus.Conformance.Tests.Running;
using Hortus.Conformance.Tests.Wire;

namespace Hortus.Conformance.Tests.Machinery;

/// <summary>What upstream's conformance tests of the API machinery ask for beside reads and watches.</summary>
[Trait("Category", "RealParts")]
public sealed class MachineryTests(Server server) : WireTests(server)
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private const string Closed = """{"type":"object","properties":{"spec":{"type":"object","properties":{"a":{"type":"string"} } } } }""";
    private const string Open = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";
    private const string Embedded = """
        {"type":"object","properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"string"} } } } }
        """;

    private string Group => $"{Namespace}.example.org";

    [Fact]
    public async Task Every_group_lists_its_versions_and_resources()
    {
        var groups = (await Api.GetAsync("/apis")).Body["groups"]!.AsArray();
        groups.Count.ShouldBeGreaterThan(10);
        foreach (var group in groups)
        {
            var versions = group!["versions"]!.AsArray().Select(v => v!["groupVersion"]!.ToString()).ToList();
            versions.ShouldContain(group["preferredVersion"]!["groupVersion"]!.ToString());
            (await Api.GetAsync($"/apis/{group["name"]}")).Body["preferredVersion"]!.ToJsonString()
                .ShouldBe(group["preferredVersion"]!.ToJsonString());
            foreach (var version in versions)
            {
                var list = await Api.GetAsync($"/apis/{version}");
                list.Body["groupVersion"]!.ToString().ShouldBe(version);
                list.Body["resources"]!.AsArray().ShouldNotBeEmpty(version);
            }
        }
    }

    [Fact]
    public async Task Custom_resources_are_in_aggregated_discovery()
    {
        await DefineAsync("asters", "Aster", Closed);
        var groups = await Api.GetAsync("/apis", Aggregated);
        groups.Headers["Content-Type"].Replace("; ", ";", StringComparison.Ordinal).ShouldBe("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
        var found = groups.Body["items"]!.AsArray().Single(g => g!["metadata"]!["name"]!.ToString() == Group)!;
        found["versions"]![0]!["resources"]![0]!["resource"]!.ToString().ShouldBe("asters");
        found["versions"]![0]!["freshness"]!.ToString().ShouldBe("Current");
        await DropAsync("asters");
    }

    [Fact]
    public async Task Status_of_a_definition_is_read_updated_and_patched()
    {
        await DefineAsync("asters", "Aster", Closed);
        var path = $"{Definitions}/asters.{Group}/status";
        await Cluster.WaitAsync(
            async () =>
            {
                // The server itself writes the status too: as with any conflict, read again.
                var read = await Api.GetAsync(path);
                read.Body["status"]!["conditions"]!.AsArray().Add((JsonNode)new JsonObject
                {
                    ["type"] = "StatusUpdate",
                    ["status"] = "True",
                    ["reason"] = "E2E",
                    ["message"] = "set",
                });
                var written = await Api.PutAsync(path, read.Body.ToJsonString());
                return written.Code == 200 && written.Body["status"]!.ToJsonString().Contains("StatusUpdate", StringComparison.Ordinal)
                    ? "" : null;
            },
            "the status is written");
        var patched = await Api.PatchAsync(path, """{"metadata":{"annotations":{"seen":"yes"} },"spec":{"scope":"Cluster"} }""");
        patched.Body["spec"]!["scope"]!.ToString().ShouldBe("Namespaced");
        await DropAsync("asters");
    }

    [Fact]
    public async Task Definitions_are_listed_and_deleted_by_selector()
    {
        foreach (var name in new[] { "asters", "tulips", "lilies" })
        {
            await DefineAsync(name, char.ToUpperInvariant(name[0]) + name[1..], Closed, Group);
        }

        var mine = $"{Definitions}?labelSelector=made-by%3D{Namespace}";
        (await Api.GetAsync(mine)).Names.Count.ShouldBe(3);
        (await Api.DeleteAsync(mine)).Code.ShouldBe(200);
        await Cluster.WaitAsync(async () => (await Api.GetAsync(mine)).Names.Count == 0 ? "" : null, "the definitions are gone");
    }

    [Fact]
    public async Task Schemas_follow_the_versions_that_are_served()
    {
        await DefineAsync("asters", "Aster", Closed, "one." + Group, "v1", "v2");
        await DefineAsync("tulips", "Tulip", Closed, "two." + Group, "v1");
        await WaitForSchemaAsync($"apis/one.{Group}/v1", true);
        await WaitForSchemaAsync($"apis/one.{Group}/v2", true);
        await WaitForSchemaAsync($"apis/two.{Group}/v1", true);
        (await Api.GetAsync($"/openapi/v3/apis/two.{Group}/v1")).Body.ToJsonString().ShouldContain("\"kind\":\"Tulip\"");

        var path = $"{Definitions}/asters.one.{Group}";
        (await Api.PatchAsync(path, """[{"op":"replace","path":"/spec/versions/1/served","value":false}]""", "application/json-patch+json"))
            .Code.ShouldBe(200);
        await WaitForSchemaAsync($"apis/one.{Group}/v2", false);
        (await Api.PatchAsync(
            path,
            """[{"op":"replace","path":"/spec/versions/1/name","value":"v3"},{"op":"replace","path":"/spec/versions/1/served","value":true}]""",
            "application/json-patch+json")).Code.ShouldBe(200);
        await WaitForSchemaAsync($"apis/one.{Group}/v3", true);
        await Api.DeleteAsync(path);
        await Api.DeleteAsync($"{Definitions}/tulips.two.{Group}");
    }

    [Fact]
    public async Task Unknown_fields_are_kept_where_the_schema_says_so()
    {
        foreach (var (name, kind, schema, kept) in new[]
        {
            ("asters", "Aster", Open, true), ("tulips", "Tulip", Embedded, true), ("lilies", "Lily", Closed, false),
        })
        {
            await DefineAsync(name, kind, schema);
            var created = await Api.PostAsync(
                ResourcePath(name) + "?fieldValidation=Ignore", Body(kind, "one", """{"a":"b","extra":{"deep":1} }"""));
            created.Code.ShouldBe(201, created.Body.ToJsonString());
            (created.Body["spec"]!["extra"] is not null).ShouldBe(kept, name);
            var strict = await Api.PostAsync(ResourcePath(name) + "?fieldValidation=Strict", Body(kind, "two", """{"extra":1}"""));
            strict.Code.ShouldBe(kept ? 201 : 400, name);
            await DropAsync(name);
        }
    }

    [Fact]
    public async Task Unknown_and_duplicate_fields_are_refused_warned_of_or_ignored()
    {
        await DefineAsync("asters", "Aster", Closed);
        const string Typed = """{"metadata":{"name":"typed","colour":"red"},"data":{"a":"1"},"shape":"round","data":{"a":"2"} }""";
        var custom = Body("Aster", "custom", """{"a":"1","b":"2","a":"3"}""");
        foreach (var (path, body, unknown, twice) in new[]
        {
            (Path, Typed, "unknown field \\\"shape\\\"", "duplicate field \\\"data\\\""),
            (ResourcePath("asters"), custom, "unknown field \\\"spec.b\\\"", "duplicate field \\\"spec.a\\\""),
        })
        {
            var strict = await Api.PostAsync(path + "?fieldValidation=Strict", body);
            strict.Code.ShouldBe(400, path);
            var message = strict.Body["message"]!.ToJsonString().Replace("\\u0022", "\\\"", StringComparison.Ordinal);
            message.ShouldContain("strict decoding error");
            message.ShouldContain(unknown);
            message.ShouldContain(twice);
            var warned = await Api.PostAsync(path + "?fieldValidation=Warn&dryRun=All", body);
            warned.Code.ShouldBe(201, path);
            warned.Headers["Warning"].ShouldContain(unknown);
            warned.Headers["Warning"].ShouldContain(twice);
            var ignored = await Api.PostAsync(path + "?fieldValidation=Ignore&dryRun=All", body);
            ignored.Code.ShouldBe(201, path);
            ignored.Headers.Keys.ShouldNotContain("Warning");
        }

        (await Api.PostAsync(Path + "?fieldValidation=Strict", """{"metadata":{"name":"x","colour":"red"} }"""))
            .Body["message"]!.ToString().ShouldContain("unknown field \"metadata.colour\"");
        await DropAsync("asters");
    }

    [Fact]
    public async Task Events_live_and_are_deleted_as_a_collection()
    {
        var path = $"/api/v1/namespaces/{Namespace}/events";
        foreach (var name in new[] { "one", "two" })
        {
            (await Api.PostAsync(path, $$$"""
                {"metadata":{"name":"{{{name}}}","labels":{"made":"here"} },"reason":"R","type":"Normal","message":"m",
                 "involvedObject":{"kind":"Pod","name":"p","namespace":"{{{Namespace}}}"} }
                """)).Code.ShouldBe(201);
        }

        (await Api.PatchAsync($"{path}/one", """{"message":"changed"}""")).Body["message"]!.ToString().ShouldBe("changed");
        (await Api.GetAsync($"{path}?fieldSelector=involvedObject.name%3Dp,reason%3DR")).Names.ShouldBe(["one", "two"]);
        (await Api.GetAsync("/api/v1/events" + Mine)).Names.ShouldContain("two");
        (await Api.DeleteAsync(path + Mine)).Code.ShouldBe(200);
        (await Api.GetAsync(path + Mine)).Names.ShouldBeEmpty();
    }

    [Fact]
    public async Task Secret_with_an_empty_key_is_refused_and_secrets_are_patched()
    {
        var path = $"/api/v1/namespaces/{Namespace}/secrets";
        var refused = await Api.PostAsync(path, """{"metadata":{"name":"s"},"data":{"":"dmFsdWU="} }""");
        refused.Code.ShouldBe(422, refused.Body.ToJsonString());
        (await Api.PostAsync(path, """{"metadata":{"name":"s","labels":{"made":"here"} },"data":{"key":"dmFsdWU="} }""")).Code.ShouldBe(201);
        (await Api.PatchAsync($"{path}/s", """{"data":{"key":"bmV3"} }""")).Body["data"]!["key"]!.ToString().ShouldBe("bmV3");
        (await Api.GetAsync(path + Mine + "&fieldSelector=type%3DOpaque")).Names.ShouldBe(["s"]);
    }

    [Fact]
    public async Task Table_of_what_has_no_metadata_is_not_acceptable()
    {
        var answer = await Api.SendAsync(
            HttpMethod.Post,
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            """{"spec":{"nonResourceAttributes":{"path":"/","verb":"get"} } }""",
            "application/json",
            "application/json;as=Table;v=v1;g=meta.k8s.io");
        answer.Code.ShouldBe(406, answer.Body.ToJsonString());
        answer.Body["reason"]!.ToString().ShouldBe("NotAcceptable");
    }

    [Fact]
    public async Task Names_are_generated_and_dry_runs_store_nothing()
    {
        var longName = new string('n', 70);
        var first = await Api.PostAsync(Path, $$$"""{"metadata":{"generateName":"{{{longName}}}"} }""");
        var name = first.Body["metadata"]!["name"]!.ToString();
        name.Length.ShouldBe(63);
        name.ShouldMatch("^n{58}[bcdfghjklmnpqrstvwxz2456789]{5}$");
        (await Api.PostAsync(Path + "?dryRun=All", """{"metadata":{"name":"dry"} }""")).Code.ShouldBe(201);
        (await Api.GetAsync($"{Path}/dry")).Code.ShouldBe(404);
        (await Api.DeleteAsync($"{Path}/{name}?dryRun=All")).Code.ShouldBe(200);
        (await Api.GetAsync($"{Path}/{name}")).Version.ShouldBe(first.Version);
    }

    private string ResourcePath(string plural) => $"/apis/{Group}/v1/namespaces/{Namespace}/{plural}";

    private string Body(string kind, string name, string spec) =>
        $$$"""{"apiVersion":"{{{Group}}}/v1","kind":"{{{kind}}}","metadata":{"name":"{{{name}}}"},"spec":{{{spec}}} }""";

    private async Task DefineAsync(string plural, string kind, string schema, string? group = null, params string[] versions)
    {
        group ??= Group;
        var served = (versions.Length == 0 ? ["v1"] : versions).Select((v, i) => $$$"""
            {"name":"{{{v}}}","served":true,"storage":{{{(i == 0 ? "true" : "false")}}},"schema":{"openAPIV3Schema":{{{schema}}} } }
            """);
        var created = await Api.PostAsync(Definitions, $$$"""
            {"metadata":{"name":"{{{plural}}}.{{{group}}}","labels":{"made-by":"{{{Namespace}}}"} },
             "spec":{"group":"{{{group}}}","scope":"Namespaced","names":{"plural":"{{{plural}}}","kind":"{{{kind}}}"},
             "versions":[{{{string.Join(',', served)}}}] } }
            """);
        created.Code.ShouldBe(201, created.Body.ToJsonString());
        var path = $"/apis/{group}/{(versions.Length == 0 ? "v1" : versions[0])}/namespaces/{Namespace}/{plural}";
        await Cluster.WaitAsync(async () => (await Api.GetAsync(path)).Code == 200 ? "" : null, $"{plural} are served");
    }

    private async Task DropAsync(string plural) => (await Api.DeleteAsync($"{Definitions}/{plural}.{Group}")).Code.ShouldBe(200);

    private Task<string> WaitForSchemaAsync(string path, bool served) => Cluster.WaitAsync(
        async () => (await Api.GetAsync("/openapi/v3")).Body["paths"]!.AsObject().ContainsKey(path) == served ? "" : null,
        $"{path} is {(served ? "" : "not ")}in the schemas");
}
