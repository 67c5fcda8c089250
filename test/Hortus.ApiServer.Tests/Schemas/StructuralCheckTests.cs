using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Schemas;

public class StructuralCheckTests
{
    [Theory]
    [InlineData("""{"properties":{}}""", "s.type: Required value: must not be empty at the root")]
    [InlineData("""{"type":"string"}""", "s.type: Invalid value: \"string\": must be object at the root")]
    [InlineData("""{"type":"object","properties":{"a":{}}}""", "s.properties[a].type: Required value: must not be empty for specified object fields")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","items":{}}}}""", "s.properties[a].items.type: Required value: must not be empty for specified array items")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}}}""", "s.properties[a].items: Required value: must be specified")]
    [InlineData("""{"type":"object","$ref":"#/x"}""", "s.$ref: Forbidden: $ref is not supported")]
    [InlineData("""{"type":"object","anyOf":[{"type":"object"}]}""", "s.anyOf[0].type: Forbidden: must be undefined to be structural")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}}""", "s.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array","x-kubernetes-list-type":"map","items":{"type":"object"}}}}""", "s.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}""", "s.properties[a].pattern: Invalid value: \"(\": must be a valid regular expression")]
    public void SchemasThatAreNotStructural_AreNamed(string schema, string expected)
    {
        var errors = new FieldErrors();

        StructuralCheck.Check(JsonText.Obj(schema), new FieldPath("s"), errors);

        errors.All.ShouldHaveSingleItem().ToString().ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"type":"object","x-kubernetes-preserve-unknown-fields":true}""")]
    [InlineData("""{"type":"object","properties":{"a":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}}}""")]
    [InlineData("""{"type":"object","properties":{"a":{"x-kubernetes-preserve-unknown-fields":true}},"oneOf":[{"required":["a"]}]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","additionalProperties":true}}}""")]
    public void StructuralSchemas_Pass(string schema)
    {
        var errors = new FieldErrors();

        StructuralCheck.Check(JsonText.Obj(schema), new FieldPath("s"), errors);

        errors.All.ShouldBeEmpty();
    }
}
