using FsCheck.Xunit;

namespace Hortus.Objects.Tests.Selection;

public class FieldSelectorTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("metadata.name=a", true)]
    [InlineData("metadata.name==a", true)]
    [InlineData("metadata.name!=a", false)]
    [InlineData("metadata.name=a,spec.nodeName=", true)]
    [InlineData("metadata.name=a,spec.nodeName!=", false)]
    public void Text_IsMatchedAsTheApiDoes(string selector, bool matches) =>
        FieldSelector.Parse(selector).Matches(f => f == "metadata.name" ? "a" : null).ShouldBe(matches);

    [Theory]
    [InlineData("metadata.name")]
    [InlineData("=a")]
    [InlineData("!=a")]
    [InlineData("a=b=c")]
    [InlineData(@"a=\x")]
    [InlineData(@"a=b\")]
    public void Text_ThatIsWrong_IsExplained(string selector) =>
        Should.Throw<FormatException>(() => FieldSelector.Parse(selector)).Message.ShouldStartWith("invalid field selector");

    [Fact]
    public void RequiredValue_IsThatOfAnEquality()
    {
        var selector = FieldSelector.Parse("metadata.name=a,metadata.namespace!=b");

        selector.RequiredValue("metadata.name").ShouldBe("a");
        selector.RequiredValue("metadata.namespace").ShouldBeNull();
    }

    [Property]
    public bool Value_WrittenAndParsedAgain_IsTheSame(string? value)
    {
        var text = $"f={(value ?? "").Replace("\\", "\\\\").Replace(",", "\\,").Replace("=", "\\=")},g!=1";
        var selector = FieldSelector.Parse(text);

        return selector.Requirements[0].Value == (value ?? "") && selector.ToString() == text;
    }
}
