using System.Text.Json.Nodes;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Tests.Schemas;

public class RuleTests
{
    private const string Properties = """
        {"type":{"type":"string"},"quantity":{"type":"string"},"n":{"type":"integer"},"m":{"type":"number"},
         "names":{"type":"array","items":{"type":"string"}},
         "items":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"on":{"type":"boolean"}}}},
         "map":{"type":"object","additionalProperties":{"type":"string"}},
         "namespace":{"type":"string"},"a-b":{"type":"string"}}
        """;

    [Theory]
    [InlineData("(self.type == 'Quantity') == has(self.quantity)", """{"type":"Quantity","quantity":"1"}""", true)]
    [InlineData("(self.type == 'Quantity') == has(self.quantity)", """{"type":"Quantity"}""", false)]
    [InlineData("self.n > 1 && self.n <= 3 || self.n == -7", """{"n":3}""", true)]
    [InlineData("self.n + 1 - 2 == 2", """{"n":3}""", true)]
    [InlineData("self.m < 1.5", """{"m":1}""", true)]
    [InlineData("!has(self.n) || self.n != 2", """{"n":2}""", false)]
    [InlineData("has(self.n) ? self.n == 1 : true", """{}""", true)]
    [InlineData("self.type in ['a', 'b']", """{"type":"b"}""", true)]
    [InlineData("'k' in self.map && self.map['k'] == 'v'", """{"map":{"k":"v"}}""", true)]
    [InlineData("size(self.names) == 2 && self.names.size() == 2 && self.names[1] == 'b'", """{"names":["a","b"]}""", true)]
    [InlineData("self.items.filter(i, i.on).size() == 1", """{"items":[{"name":"x","on":true},{"name":"y","on":false}]}""", true)]
    [InlineData("self.items.exists(i, i.name == 'y')", """{"items":[{"name":"x"},{"name":"y"}]}""", true)]
    [InlineData("self.items.all(i, has(i.on))", """{"items":[{"name":"x"}]}""", false)]
    [InlineData("self.items.map(i, i.name) == ['x']", """{"items":[{"name":"x"}]}""", true)]
    [InlineData("self.items.exists_one(i, i.name == 'x')", """{"items":[{"name":"x"},{"name":"x"}]}""", false)]
    [InlineData("self.map.all(k, k.startsWith('a') && self.map[k].endsWith('z'))", """{"map":{"ab":"yz"}}""", true)]
    [InlineData("self.type.matches('^[a-z]+$') && self.type.contains(\"b\")", """{"type":"abc"}""", true)]
    [InlineData("self.__namespace__ == 'x' && self.a__dash__b == r'y'", """{"namespace":"x","a-b":"y"}""", true)]
    [InlineData("self.n == 1 || self.type == 'x'", """{"type":"x"}""", true)]
    [InlineData("self.type == 'x' // comment", """{"type":"x"}""", true)]
    [InlineData("self.n == 1", """{}""", false)]
    public void Rules_AreEvaluated(string rule, string spec, bool holds)
    {
        var schema = Schema(Rule(rule));
        var errors = new FieldErrors();
        StructuralCheck.CheckRules(schema, FieldPath.Root, errors);
        errors.All.ShouldBeEmpty();

        StructuralSchema.Validate(JsonText.Obj($$"""{"spec":{{spec}}}"""), null, schema).IsEmpty.ShouldBe(holds);
    }

    [Fact]
    public void Violation_CarriesMessageReasonAndField()
    {
        var schema = Schema("""{"rule":"self.n < 3","messageExpression":"'n is ' + string(self.n)","reason":"FieldValueForbidden","fieldPath":".n"}""");

        StructuralSchema.Validate(JsonText.Obj("""{"spec":{"n":3}}"""), null, schema)
            .All.ShouldHaveSingleItem().ToString().ShouldBe("spec.n: Forbidden: n is 3");
    }

    [Fact]
    public void Violation_WithoutMessage_ShowsTheRule() =>
        StructuralSchema.Validate(JsonText.Obj("""{"spec":{"n":3}}"""), null, Schema(Rule("self.n < 3")))
            .All.ShouldHaveSingleItem().ToString().ShouldBe("spec: Invalid value: \"object\": failed rule: self.n < 3");

    [Fact]
    public void TransitionRule_RunsOnlyOnUpdate()
    {
        var schema = Schema(Rule("self.n == oldSelf.n"));
        var two = JsonText.Obj("""{"spec":{"n":2}}""");

        StructuralSchema.Validate(two, null, schema).IsEmpty.ShouldBeTrue();
        StructuralSchema.Validate(two, JsonText.Obj("""{"spec":{"n":1}}"""), schema).IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public void RuleOnUnchangedValue_IsForgivenOnUpdate()
    {
        var schema = Schema(Rule("self.n < 3"));
        var value = JsonText.Obj("""{"metadata":{"labels":{"a":"b"}},"spec":{"n":5}}""");

        StructuralSchema.Validate(value, JsonText.Obj("""{"spec":{"n":5}}"""), schema).IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData("self.n >", "unexpected end of expression")]
    [InlineData("quantity(self.quantity).isGreaterThan('1')", "found no matching overload for 'isGreaterThan'")]
    [InlineData("self.missing == 1", "undefined field 'missing'")]
    [InlineData("other == 1", "undeclared reference to 'other'")]
    [InlineData("self.items.all(i, i.nope)", "undefined field 'nope'")]
    [InlineData("self.type == 'x", "string without end")]
    [InlineData("self.?nope.hasValue()", "undefined field 'nope'")]
    [InlineData("self.n == 'x'", "found no matching overload for '_==_' applied to '(int, string)'")]
    [InlineData("self.n + 'x' == 'y'", "found no matching overload for '_+_'")]
    [InlineData("self.type.startsWith(1)", "found no matching overload for 'startsWith' applied to '(string, int)'")]
    [InlineData("self.n", "must evaluate to bool")]
    [InlineData("self.items.all(i, i.name)", "the condition of all() must evaluate to bool")]
    [InlineData("self.n.all(i, true)", "cannot be range of a comprehension")]
    [InlineData("isVersion('1.2.3') == true", "function isVersion() with 1 arguments is unknown or not supported")]
    [InlineData("self.type.lowerUnicode() == 'x'", "function lowerUnicode() with 0 arguments is unknown")]
    public void UnsupportedRules_AreRefusedByName(string rule, string expected)
    {
        var errors = new FieldErrors();

        StructuralCheck.CheckRules(Schema(Rule(rule)), FieldPath.Root["schema"], errors);

        var error = errors.All.ShouldHaveSingleItem();
        error.Field.Text.ShouldBe("schema.properties[spec].x-kubernetes-validations[0].rule");
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void RuleThatNeverEnds_IsCutOff()
    {
        var list = string.Join(',', Enumerable.Repeat("\"a\"", 2000));
        var schema = Schema(Rule("self.names.all(a, self.names.all(b, self.names.all(c, a == b)))"));

        StructuralSchema.Validate(JsonText.Obj($$$"""{"spec":{"names":[{{{list}}}]}}"""), null, schema)
            .All.ShouldHaveSingleItem().Message.ShouldContain("call cost exceeds limit for rule");
    }

    [Fact]
    public void RuleWhoseCostHasNoBound_IsRefusedWithTheWayOut()
    {
        var errors = new FieldErrors();

        StructuralCheck.CheckRules(
            Schema(Rule("self.names.all(a, self.names.all(b, self.names.all(c, a == b)))")), FieldPath.Root, errors);

        errors.All[0].ToString().ShouldContain(
            "Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems");
    }

    [Theory]
    [InlineData("""{"rule":"self.n < 3","reason":"Odd"}""", "reason", "Unsupported value: \"Odd\"")]
    [InlineData("""{"rule":"self.n < 3","fieldPath":".items[0].name"}""", "fieldPath", "does not refer to a field")]
    [InlineData("""{"rule":"self.n < 3","fieldPath":".nope"}""", "fieldPath", "does not refer to a field")]
    [InlineData("""{"rule":"self.n < 3","messageExpression":"self.n"}""", "messageExpression", "must evaluate to string")]
    [InlineData("""{"rule":"self.n < 3","message":"a\nb"}""", "message", "must not contain line breaks")]
    [InlineData("""{"rule":"self.n < 3","optionalOldSelf":true}""", "optionalOldSelf", "may not be set if oldSelf is not used")]
    [InlineData("""{"rule":" "}""", "rule", "Required value")]
    public void RuleWithBadParts_IsRefused(string rule, string field, string expected)
    {
        var errors = new FieldErrors();

        StructuralCheck.CheckRules(Schema(rule), FieldPath.Root, errors);

        var error = errors.All.ShouldHaveSingleItem();
        error.Field.Text.ShouldEndWith("x-kubernetes-validations[0]." + field);
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void OldSelfOfItemsThatCannotBeToldApart_IsRefused()
    {
        var schema = KubernetesJson.Deserialize<JSONSchemaProps>(JsonText.Obj("""
            {"type":"object","properties":{"l":{"type":"array","maxItems":3,"items":{"type":"string","maxLength":3,
             "x-kubernetes-validations":[{"rule":"self == oldSelf"}]}}}}
            """)).ToSchemaNode();
        var errors = new FieldErrors();

        StructuralCheck.CheckRules(schema, FieldPath.Root, errors);

        errors.All.ShouldHaveSingleItem().Message.ShouldContain("oldSelf cannot be used on the uncorrelatable portion");
    }

    [Fact]
    public void OptionalOldSelf_SeesCreation()
    {
        var schema = Schema("""{"rule":"!oldSelf.hasValue() || self.n > oldSelf.value().n","optionalOldSelf":true}""");
        var one = JsonText.Obj("""{"spec":{"n":1}}""");

        StructuralSchema.Validate(one, null, schema).IsEmpty.ShouldBeTrue();
        StructuralSchema.Validate(one, JsonText.Obj("""{"spec":{"n":2}}"""), schema).IsEmpty.ShouldBeFalse();
        StructuralSchema.Validate(one, JsonText.Obj("""{"spec":{"n":0}}"""), schema).IsEmpty.ShouldBeTrue();
    }

    private static string Rule(string rule) => new JsonObject { ["rule"] = rule }.ToJsonString();

    private static SchemaNode Schema(string rule) => KubernetesJson.Deserialize<JSONSchemaProps>(JsonText.Obj(
        """{"type":"object","properties":{"spec":{"type":"object","properties":PROPERTIES,"x-kubernetes-validations":[RULE]}}}"""
            .Replace("PROPERTIES", Properties, StringComparison.Ordinal)
            .Replace("RULE", rule, StringComparison.Ordinal))).ToSchemaNode();
}
