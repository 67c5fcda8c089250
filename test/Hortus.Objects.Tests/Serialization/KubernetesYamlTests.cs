using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Tests.Serialization;

public class KubernetesYamlTests
{
    [Theory]
    [InlineData("true", "true")]
    [InlineData("Off", "false")]
    [InlineData("yes", "true")]
    [InlineData("y", "\"y\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("\"1\"", "\"1\"")]
    [InlineData("1", "1")]
    [InlineData("-12", "-12")]
    [InlineData("0644", "420")]
    [InlineData("0o644", "420")]
    [InlineData("0x1F", "31")]
    [InlineData("0b101", "5")]
    [InlineData("1_000", "1000")]
    [InlineData("1.5", "1.5")]
    [InlineData("1e3", "1000")]
    [InlineData("~", "null")]
    [InlineData("null", "null")]
    [InlineData("", "null")]
    [InlineData("''", "\"\"")]
    [InlineData("2026-01-31", "\"2026-01-31\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("10.0.0.0/8", "\"10.0.0.0/8\"")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData(".inf", "\".inf\"")]
    [InlineData("!!str 1", "\"1\"")]
    [InlineData("!!int '7'", "7")]
    [InlineData("500m", "\"500m\"")]
    public void Scalar_IsTypedAsKubernetesTypesIt(string yaml, string json) =>
        (KubernetesYaml.Parse("v: " + yaml)["v"]?.ToJsonString() ?? "null").ShouldBe(json);

    [Fact]
    public void Documents_ThatAreEmpty_AreLeftOut()
    {
        var documents = KubernetesYaml.ParseAll("# only a comment\n---\na: 1\n---\n---\nb: 2\n...\n");

        documents.Select(d => d.ToJsonString()).ShouldBe(["""{"a":1}""", """{"b":2}"""]);
        KubernetesYaml.ParseAll("").ShouldBeEmpty();
    }

    [Fact]
    public void LiteralBlock_ThatBeginsWithLinesOfBlanks_IsRead()
    {
        const string blanks = "a: |\n    \n  \n    one\n      two\n    \nb:\n- |-\n  \n  c: |\n    \n  x\n";

        var node = KubernetesYaml.Parse(blanks);

        node["a"]!.ToString().ShouldBe("\n\none\n  two\n");
        node["b"]![0]!.ToString().ShouldBe("\nc: |\n  \nx");
    }

    [Fact]
    public void LiteralBlock_OfNothingButBlanks_IsEmpty()
    {
        var node = KubernetesYaml.Parse("data:\n  a: |-\n    \n  b:\n  - |\n      \n  - c: |\n        \n        \n");

        node.ToJsonString().ShouldBe("""{"data":{"a":"","b":["",{"c":""}]}}""");
    }

    [Fact]
    public void LiteralBlock_ThatBeginsWithMoreBlanksThanItsText_IsRefused() => Should
        .Throw<YamlFormatException>(() => KubernetesYaml.Parse("a: |\n      \n  one\n")).Message.ShouldContain("line 3");

    [Fact]
    public void AnchorsAndMerges_AreExpanded()
    {
        var node = KubernetesYaml.Parse("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\nlist: [*b]\n");

        node["use"]!.ToJsonString().ShouldBe("""{"y":3,"x":1}""");
        node["list"]![0]!["x"]!.GetValue<long>().ShouldBe(1);
    }

    [Theory]
    [InlineData("a: [1\nb: 2", 2)]
    [InlineData("a:\n\t- b", 2)]
    [InlineData("a: 1\n b: 2", 2)]
    [InlineData("a: *missing", 1)]
    public void Text_ThatIsNotYaml_IsRefusedAtOrBeforeTheFault(string yaml, long line) =>
        Should.Throw<YamlFormatException>(() => KubernetesYaml.ParseAll(yaml)).Line.ShouldBeInRange(1, line);

    [Theory]
    [InlineData("spec:\n  containers:\n  - name: a\n    name: b\n",
        "spec.containers[0].name: key \"name\" occurs twice in this map (line 4, column 5)")]
    [InlineData("- a\n- b\n", "want a map of fields, found a list or a scalar (line 1, column 1)")]
    [InlineData("a:\n  [x]: 1\n", "a: want a text as key, found a list, a map or an alias (line 2, column 3)")]
    public void Text_ThatIsNoObject_IsExplained(string yaml, string message) =>
        Should.Throw<YamlFormatException>(() => KubernetesYaml.ParseAll(yaml)).Message.ShouldBe(message);

    [Fact]
    public void DuplicateKeys_WhenCollected_TheLastOneWins()
    {
        var warnings = new List<string>();

        KubernetesYaml.Parse("a: 1\na: 2\n", warnings)["a"]!.GetValue<long>().ShouldBe(2);
        warnings.ShouldBe(["a: key \"a\" occurs twice in this map (line 2, column 1)"]);
    }

    [Fact]
    public void TypedObject_WithAWrongValue_NamesFieldAndLine()
    {
        const string yaml = "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: 1\n";

        Should.Throw<YamlFormatException>(() => KubernetesYaml.Deserialize<Deployment>(yaml))
            .Message.ShouldBe("spec.template.spec.containers[0].image: want a string (line 7, column 16)");
    }

    [Fact]
    public void AliasBomb_IsRefusedBeforeItGrows()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (var i = 1; i < 20; i++)
        {
            bomb.Append($"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Should.Throw<YamlFormatException>(() => KubernetesYaml.Parse(bomb.ToString())).Message.ShouldContain("aliases add too much");
    }

    [Fact]
    public void NestingBeyondTheLimit_IsRefused() =>
        Should.Throw<YamlFormatException>(() => KubernetesYaml.Parse("a: " + new string('[', 5000) + new string(']', 5000)))
            .Message.ShouldContain("nested too deep");

    [Fact]
    public void Pod_IsWrittenInOneForm()
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "a", Labels = new Dictionary<string, string> { ["on"] = "true", ["b"] = "1" } },
            Spec = new PodSpec
            {
                Containers = [new Container { Name = "c", Args = ["--x", "# no comment", "two\nlines\n"], Command = [] }],
            },
        };

        KubernetesYaml.Serialize(pod).ShouldBe(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              labels:
                b: "1"
                "on": "true"
              name: a
            spec:
              containers:
              - args:
                - "--x"
                - "# no comment"
                - |
                  two
                  lines
                command: []
                name: c
            status: {}

            """);
    }

    [Property]
    public Property Tree_WrittenAndReadAgain_IsTheSame() => Prop.ForAll(Tree(3).ToArbitrary(), json =>
    {
        var node = JsonNode.Parse($"{{\"v\":{json}}}")!;
        var yaml = KubernetesYaml.Write(node);
        return JsonNode.DeepEquals(KubernetesYaml.Parse(yaml), node).Label(yaml);
    });

    [Property]
    public void AnyText_IsReadOrRefusedWithItsPlace(string text)
    {
        try
        {
            KubernetesYaml.ParseAll(text ?? "");
        }
        catch (YamlFormatException e)
        {
            e.Line.ShouldBeGreaterThanOrEqualTo(0);
        }
    }

    private static Gen<string> Tree(int depth)
    {
        var word = Gen.OneOf(
            Gen.Elements(
                "", " ", "a", "true", "No", "null", "~", "1", "0x1", "1e3", "a: b", "a #b", "- a", "#", "a\nb", "a\n\nb\n", "\n", "a\n\n",
                " a\nb", "a \nb", "a\n b", "a:", "*a", "&a", "!a", "|", ">", "%", "@", "`", "{a}", "[b]", "'", "\"", "\\", "é", "\u0007",
                "2026-01-01", "---", "...", "<<", "a\tb", "😀", "x\r\ny", "a, b", "?", "? a", "-", "=", "key with spaces", "a\u2028b"),
            Gen.Elements("abcXYZ019 :#-'\"\n\t,[]{}".ToCharArray()).ArrayOf().Select(c => new string(c)))
            .Select(s => System.Text.Json.JsonSerializer.Serialize(s));
        var scalar = Gen.OneOf(word, Gen.Elements("null", "true", "false", "0", "-1", "1.5", "12345678901"));
        if (depth == 0)
        {
            return scalar;
        }

        var inner = Tree(depth - 1);
        var list = inner.ListOf().Select(l => $"[{string.Join(',', l)}]");
        var map =
            from keys in word.ListOf()
            from values in inner.ArrayOf(keys.Count)
            select $"{{{string.Join(',', keys.Zip(values).DistinctBy(f => f.First).Select(f => $"{f.First}:{f.Second}"))}}}";
        return Gen.OneOf(scalar, list, map);
    }
}
