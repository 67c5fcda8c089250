using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Hortus.Objects.Tests.Selection;

public class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Labels = new()
    {
        ["a"] = "b",
        ["e"] = "x",
        ["app.kubernetes.io/name"] = "web",
        ["n"] = "5",
        ["empty"] = "",
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("a=b", true)]
    [InlineData("a==b", true)]
    [InlineData("a = b , e in ( x , y )", true)]
    [InlineData("a!=b", false)]
    [InlineData("missing!=b", true)]
    [InlineData("e in (x,y),a", true)]
    [InlineData("e notin (x)", false)]
    [InlineData("missing notin (x)", true)]
    [InlineData("missing in (x)", false)]
    [InlineData("a", true)]
    [InlineData("!a", false)]
    [InlineData("! missing", true)]
    [InlineData("n>4,n<6", true)]
    [InlineData("n>5", false)]
    [InlineData("a>1", false)]
    [InlineData("empty=", true)]
    [InlineData("empty=,a=b", true)]
    [InlineData("app.kubernetes.io/name=web", true)]
    public void Text_IsMatchedAsTheApiDoes(string selector, bool matches) =>
        LabelSelectorMatcher.Parse(selector).Matches(Labels).ShouldBe(matches);

    [Theory]
    [InlineData("a=b,", "want a label key, found the end")]
    [InlineData("=b", "want a label key, found '=' at position 1")]
    [InlineData("a in x", "want '(', found 'x' at position 6")]
    [InlineData("a in (x", "want ')', found the end")]
    [InlineData("a!b", "want '=', found 'b' at position 3")]
    [InlineData("a like b", "want '=', '!=', 'in' or 'notin', found 'l' at position 3")]
    [InlineData("a=b c", "want ',', found 'c' at position 5")]
    [InlineData("-a=b", "invalid label key \"-a\"")]
    [InlineData("A.b/c=d", "invalid label key \"A.b/c\"")]
    [InlineData("a=-", "invalid value \"-\" for label \"a\"")]
    [InlineData("a>x", "invalid values for operator GreaterThan on label \"a\": want one integer")]
    public void Text_ThatIsWrong_IsExplained(string selector, string message) =>
        Should.Throw<FormatException>(() => LabelSelectorMatcher.Parse(selector)).Message.ShouldContain(message);

    [Fact]
    public void TypedSelector_NullMatchesNothingAndEmptyMatchesAll()
    {
        LabelSelectorMatcher.From(null).Matches(Labels).ShouldBeFalse();
        LabelSelectorMatcher.From(new LabelSelector()).Matches(Labels).ShouldBeTrue();
        LabelSelectorMatcher.From(new LabelSelector()).Matches(null).ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => LabelSelectorMatcher.Nothing.ToString());
    }

    [Fact]
    public void TypedSelector_TurnsIntoText()
    {
        var selector = new LabelSelector
        {
            MatchLabels = new Dictionary<string, string> { ["z"] = "1", ["a"] = "b" },
            MatchExpressions =
            [
                new LabelSelectorRequirement { Key = "e", Operator = "In", Values = ["y", "x"] },
                new LabelSelectorRequirement { Key = "f", Operator = "NotIn", Values = ["q", "r"] },
                new LabelSelectorRequirement { Key = "g", Operator = "Exists" },
                new LabelSelectorRequirement { Key = "h", Operator = "DoesNotExist" },
            ],
        };

        LabelSelectorMatcher.From(selector).ToString().ShouldBe("a=b,z=1,e in (x,y),f notin (q,r),g,!h");
    }

    [Fact]
    public void TypedSelector_WithAWrongRequirement_IsExplained()
    {
        Should.Throw<FormatException>(() => LabelSelectorMatcher.From(new LabelSelector
        {
            MatchExpressions = [new LabelSelectorRequirement { Key = "a", Operator = "Gt", Values = ["1"] }],
        })).Message.ShouldBe("invalid operator \"Gt\" on label \"a\": want In, NotIn, Exists or DoesNotExist");
        Should.Throw<FormatException>(() => LabelSelectorMatcher.From(new LabelSelector
        {
            MatchExpressions = [new LabelSelectorRequirement { Key = "a", Operator = "In" }],
        })).Message.ShouldContain("want at least one value");
    }

    [Property]
    public Property Text_WrittenAndParsedAgain_IsTheSame()
    {
        var word = Gen.Elements("a", "b-c", "x.y", "d1");
        var requirement =
            from key in word
            from values in word.NonEmptyListOf()
            from form in Gen.Elements("in", "notin", "exists", "absent")
            select form switch
            {
                "exists" => key,
                "absent" => "!" + key,
                _ => $"{key} {form} ({string.Join(',', values)})",
            };
        return Prop.ForAll(requirement.NonEmptyListOf().ToArbitrary(), parts =>
        {
            var once = LabelSelectorMatcher.Parse(string.Join(',', parts)).ToString();
            return LabelSelectorMatcher.Parse(once).ToString() == once;
        });
    }

    [Property]
    public void AnyText_IsParsedOrRefusedWithAFormatException(string text)
    {
        try
        {
            LabelSelectorMatcher.Parse(text);
        }
        catch (FormatException e)
        {
            e.Message.ShouldNotBeEmpty();
        }
    }
}
