using System.Text.Json.Nodes;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Tests.Schemas;

public class StructuralSchemaTests
{
    [Fact]
    public void Prune_RemovesUnknownFieldsAndNamesThem()
    {
        var value = JsonText.Obj("""{"apiVersion":"v1","kind":"K","metadata":{"name":"x","nope":1},"spec":{"a":1,"b":2,"list":[{"x":1},{"z":1}],"free":{"q":{"r":1},"known":{"u":1}}},"top":1}""");

        var unknown = StructuralSchema.Prune(value, Schema("""
            {"spec":{"type":"object","properties":{
              "a":{"type":"integer"},
              "list":{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}}}},
              "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"known":{"type":"object"}}}}}}
            """));

        unknown.ShouldBe(["metadata.nope", "spec.list[1].z", "spec.free.known.u", "spec.b", "top"], ignoreOrder: true);
        value.ToJsonString().ShouldBe("""{"apiVersion":"v1","kind":"K","metadata":{"name":"x"},"spec":{"a":1,"list":[{"x":1},{}],"free":{"q":{"r":1},"known":{}}}}""");
    }

    [Fact]
    public void Prune_KeepsMetadataOfEmbeddedResources()
    {
        var value = JsonText.Obj("""{"spec":{"template":{"apiVersion":"v1","kind":"K","metadata":{"labels":{"a":"b"},"bad":1},"other":1}}}""");

        StructuralSchema.Prune(value, Schema("""{"spec":{"type":"object","properties":{"template":{"type":"object","x-kubernetes-embedded-resource":true}}}}"""))
            .ShouldBe(["spec.template.metadata.bad", "spec.template.other"], ignoreOrder: true);

        value["spec"]!["template"]!.ToJsonString().ShouldBe("""{"apiVersion":"v1","kind":"K","metadata":{"labels":{"a":"b"}}}""");
    }

    [Fact]
    public void ApplyDefaults_FillsAbsentFieldsAndReplacesForbiddenNulls()
    {
        var value = JsonText.Obj("""{"metadata":{"name":"x","creationTimestamp":null},"spec":{"b":null,"n":null,"gone":null,"list":[{}],"map":{"k":{}}}}""");

        StructuralSchema.ApplyDefaults(value, Schema("""
            {"spec":{"type":"object","properties":{
              "a":{"type":"integer","default":1},
              "b":{"type":"string","default":"x"},
              "n":{"type":"string","nullable":true,"default":"x"},
              "gone":{"type":"string"},
              "list":{"type":"array","items":{"type":"object","properties":{"p":{"type":"string","default":"TCP"}}}},
              "map":{"type":"object","additionalProperties":{"type":"object","properties":{"q":{"type":"boolean","default":true}}}}}},
             "status":{"type":"object","default":{"phase":"New"},"properties":{"phase":{"type":"string"}}}}
            """));

        value["spec"]!.ToJsonString().ShouldBe("""{"n":null,"list":[{"p":"TCP"}],"map":{"k":{"q":true}},"a":1,"b":"x"}""");
        value["status"]!.ToJsonString().ShouldBe("""{"phase":"New"}""");
        value["metadata"]!.ToJsonString().ShouldBe("""{"name":"x"}""");
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "\"x\"", "spec: Invalid value: \"string\": spec in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"string"}""", "null", "spec: Invalid value: \"null\": spec in body must be of type string: \"null\"")]
    [InlineData("""{"type":"integer"}""", "1.5", "spec: Invalid value: \"number\": spec in body must be of type integer: \"number\"")]
    [InlineData("""{"type":"integer","maximum":3}""", "4", "spec: Invalid value: 4: spec in body should be less than or equal to 3")]
    [InlineData("""{"type":"integer","minimum":3,"exclusiveMinimum":true}""", "3", "spec: Invalid value: 3: spec in body should be greater than 3")]
    [InlineData("""{"type":"integer","format":"int32"}""", "3000000000", "spec: Invalid value: 3000000000: spec in body must be of type int32: \"3000000000\"")]
    [InlineData("""{"type":"string","enum":["a","b"]}""", "\"c\"", "spec: Unsupported value: \"c\": supported values: \"a\", \"b\"")]
    [InlineData("""{"type":"string","maxLength":1}""", "\"ab\"", "spec: Too long: may not be more than 1 bytes")]
    [InlineData("""{"type":"string","minLength":1}""", "\"\"", "spec: Invalid value: \"\": spec in body should be at least 1 chars long")]
    [InlineData("""{"type":"string","pattern":"^a+$"}""", "\"b\"", "spec: Invalid value: \"b\": spec in body should match '^a+$'")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"now\"", "spec: Invalid value: \"now\": spec in body must be of type date-time: \"now\"")]
    [InlineData("""{"type":"array","maxItems":1,"items":{"type":"integer"}}""", "[1,2]", "spec: Too many: 2: must have at most 1 items")]
    [InlineData("""{"type":"object","required":["a"]}""", "{}", "spec.a: Required value")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"}}""", """{"k":"v"}""", "spec.k: Invalid value: \"string\": spec.k in body must be of type integer: \"string\"")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}}""", """["a","b","a"]""", "spec[2]: Duplicate value: \"a\"")]
    [InlineData("""{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],"items":{"type":"object","properties":{"n":{"type":"string"}}}}""", """[{"n":"a"},{"n":"a"}]""", "spec[1]: Duplicate value: {\"n\":\"a\"}")]
    [InlineData("""{"x-kubernetes-int-or-string":true}""", "true", "spec: Invalid value: \"boolean\": spec in body must be of type integer,string: \"boolean\"")]
    [InlineData("""{"type":"object","oneOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{"type":"integer"},"b":{"type":"integer"}}}""", """{"a":1,"b":1}""", "spec: Invalid value: {\"a\":1,\"b\":1}: spec in body must validate one and only one schema (oneOf)")]
    [InlineData("""{"type":"object","x-kubernetes-embedded-resource":true,"x-kubernetes-preserve-unknown-fields":true}""", """{"apiVersion":"v1"}""", "spec.kind: Required value: must not be empty")]
    public void Validate_WordsFaultsAsKubernetes(string schema, string value, string expected) =>
        StructuralSchema.Validate(JsonText.Obj($$"""{"spec":{{value}}}"""), null, Schema($$"""{"spec":{{schema}}}"""))
            .All.ShouldHaveSingleItem().ToString().ShouldBe(expected);

    [Theory]
    [InlineData("date-time", "2030-01-02T03:04:05.123456789Z", true)]
    [InlineData("date-time", "2030-13-02T03:04:05Z", false)]
    [InlineData("duration", "1h30m", true)]
    [InlineData("duration", "soon", false)]
    [InlineData("byte", "aGk=", true)]
    [InlineData("byte", "%%%", false)]
    [InlineData("ipv4", "10.0.0.1", true)]
    [InlineData("ipv4", "10.0", false)]
    [InlineData("ipv6", "fd00::1", true)]
    [InlineData("cidr", "10.0.0.0/8", true)]
    [InlineData("cidr", "10.0.0.0/33", false)]
    [InlineData("uuid", "3f2504e0-4f89-41d3-9a0c-0305e82c3301", true)]
    [InlineData("uuid", "3f2504e0", false)]
    [InlineData("something-else", "?", true)]
    public void Formats_AreChecked(string format, string text, bool fits) =>
        StructuralSchema.Validate(
                JsonText.Obj($$"""{"spec":"{{text}}"}"""), null, Schema($$$"""{"spec":{"type":"string","format":"{{{format}}}"}}"""))
            .IsEmpty.ShouldBe(fits);

    [Fact]
    public void Validate_OnUpdate_ForgivesWhatDidNotChange()
    {
        var schema = Schema("""
            {"spec":{"type":"object","properties":{
              "old":{"type":"string","maxLength":1},
              "list":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["n"],
                "items":{"type":"object","properties":{"n":{"type":"string"},"v":{"type":"integer","maximum":1}}}},
              "new":{"type":"integer","maximum":1}}}}
            """);
        var old = JsonText.Obj("""{"spec":{"old":"long","list":[{"n":"a","v":5},{"n":"b","v":1}]}}""");

        StructuralSchema.Validate(
                JsonText.Obj("""{"spec":{"old":"long","list":[{"n":"c","v":1},{"n":"a","v":5}],"new":1}}"""), old, schema)
            .IsEmpty.ShouldBeTrue();
        StructuralSchema.Validate(
                JsonText.Obj("""{"spec":{"old":"longer","list":[{"n":"a","v":6}]}}"""), old, schema)
            .All.Select(e => e.Field.Text).ShouldBe(["spec.old", "spec.list[0].v"]);
    }

    private static SchemaNode Schema(string properties)
    {
        var json = JsonText.Obj($$"""{"type":"object","properties":{{properties}}}""");
        return KubernetesJson.Deserialize<JSONSchemaProps>(json).ToSchemaNode();
    }
}
