using System.Text.Json.Nodes;

namespace Hortus.Charts.Tests;

public sealed class ValueTemplatesTests
{
    private static readonly HashSet<string> Declared = ["creds", "Map2"];

    private static readonly Dictionary<string, TemplateResource> Resources = new()
    {
        ["creds"] = new TemplateResource(new Dictionary<string, string> { ["user"] = "ann", ["password"] = "p\"{{ .x }}" }, true),
        ["Map2"] = new TemplateResource(new Dictionary<string, string> { ["Host1"] = "example.org", ["empty"] = "" }, false),
    };

    [Theory]
    [InlineData("""{"a":"{{ .resources.creds.data.user }}"}""")]
    [InlineData("""{"a":"{{.resources.creds.data.user}}"}""")]
    [InlineData("""{"a":["x {{  .resources.creds.data.user }}:{{ .resources.Map2.data.Host1 }} y"]}""")]
    [InlineData("""{"a":"{ } {x} }{","b":1,"c":null,"d":true}""")]
    [InlineData("{}")]
    public void Legal_values_have_no_fault(string values) => ValueTemplates.Check(Parse(values), Declared).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"a":{"b":["x","{{ .resources.other.data.user }}"]}}""", "a.b[1]", "no resource is declared with the name other")]
    [InlineData("""{"a":"{{ .resources.creds.data.tls.crt }}"}""", "a", "NAME and KEY of letters and digits only")]
    [InlineData("""{"a":"{{ .resources.creds.data.my-key }}"}""", "a", "NAME and KEY of letters and digits only")]
    [InlineData("""{"a":"{{ .Values.x }}"}""", "a", "want {{ .resources.NAME.data.KEY }}")]
    [InlineData("""{"a":"{{ .resources.creds.data.user | b64enc }}"}""", "a", "want {{ .resources.NAME.data.KEY }}")]
    [InlineData("""{"a":"{{- .resources.creds.data.user }}"}""", "a", "want {{ .resources.NAME.data.KEY }}")]
    [InlineData("""{"a":"{{{ .resources.creds.data.user }}}"}""", "a", "want {{ .resources.NAME.data.KEY }}")]
    [InlineData("""{"a":"{{"}""", "a", "without")]
    [InlineData("""{"a":"x }} y"}""", "a", "ends no template")]
    [InlineData("""{"a":"}} {{ .resources.creds.data.user }}"}""", "a", "ends no template")]
    [InlineData("""{"a":"{{ .resources.creds.data.user }} {{ x"}""", "a", "without")]
    [InlineData("""{"{{ x }}":1}""", "{{ x }}", "want {{ .resources.NAME.data.KEY }}")]
    [InlineData("""{"a":"{{ \n.resources.creds.data.user\n{{ }}"}""", "a", "want {{ .resources.NAME.data.KEY }}")]
    public void A_fault_has_its_place_and_reason(string values, string path, string reason)
    {
        var fault = ValueTemplates.Check(Parse(values), Declared).ShouldHaveSingleItem();

        fault.Path.ShouldBe(path);
        fault.Reason.ShouldContain(reason);
    }

    [Fact]
    public void A_fault_quotes_the_expression_and_no_more_than_its_beginning()
    {
        ValueTemplates.Check(Parse("""{"a":"x {{ .Values.y }} z"}"""), Declared)[0].ToString()
            .ShouldBe("a: \"{{ .Values.y }}\": want {{ .resources.NAME.data.KEY }}, NAME and KEY of letters and digits only");
        ValueTemplates.Check(new JsonObject { ["a"] = "{{" + new string('x', 500) }, Declared)[0].Expression.Length.ShouldBeLessThan(90);
    }

    [Fact]
    public void Uses_names_every_resource_and_key_once()
    {
        var values = Parse("""
            {"a":"{{ .resources.creds.data.user }}{{ .resources.creds.data.user }}","b":[{"c":"{{ .resources.Map2.data.Host1 }}"}]}
            """);

        ValueTemplates.Uses(values).ShouldBe([new("creds", "user"), new("Map2", "Host1")], ignoreOrder: true);
        ValueTemplates.Uses(null).ShouldBeEmpty();
    }

    [Fact]
    public void Resolve_replaces_texts_as_they_are_and_leaves_the_given_values_alone()
    {
        var values = Parse("""{"url":"https://{{ .resources.Map2.data.Host1 }}/","deep":[{"p":"{{ .resources.creds.data.password }}"}],"n":1}""");
        var before = values.ToJsonString();

        var resolved = ValueTemplates.Resolve(values, Resources);

        resolved.Values["url"]!.ToString().ShouldBe("https://example.org/");
        resolved.Values["deep"]![0]!["p"]!.ToString().ShouldBe("p\"{{ .x }}");
        resolved.Values["n"]!.GetValue<int>().ShouldBe(1);
        resolved.Confidential.ShouldBe(["p\"{{ .x }}"]);
        values.ToJsonString().ShouldBe(before);
    }

    [Theory]
    [InlineData("""{"a":"{{ .resources.creds.data.gone }}"}""", "a: \"{{ .resources.creds.data.gone }}\": the resource has no key gone")]
    [InlineData("""{"a":"{{ .resources.other.data.x }}"}""", "no resource is declared with the name other")]
    [InlineData("""{"a":"{{ x }}"}""", "want {{ .resources.NAME.data.KEY }}")]
    [InlineData("""{"ann":1,"{{ .resources.creds.data.user }}":2}""", "another key becomes the same text")]
    public void What_cannot_be_resolved_says_why_and_shows_no_value(string values, string message)
    {
        var text = Should.Throw<ValueTemplateException>(() => ValueTemplates.Resolve(Parse(values), Resources)).Message;

        text.ShouldContain(message);
        text.ShouldNotContain("p\"");
    }

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}
