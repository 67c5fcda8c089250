namespace Hortus.Objects.Tests;

public class SemanticVersionTests
{
    [Fact]
    public void Versions_AreOrderedByNumbersAndPreReleases()
    {
        string[] ordered = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.2", "1.0.0-alpha.beta", "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0", "2.0.0"];

        ordered.Reverse().OrderBy(SemanticVersion.Parse).ShouldBe(ordered);
    }

    [Theory]
    [InlineData("1.34", "1.34.0")]
    [InlineData("v1.34.2", "1.34.2")]
    [InlineData("1.34.2+build", "1.34.2")]
    [InlineData("18.4.201906170", "18.4.201906170")]
    public void Version_IsReadFromItsUsualForms(string text, string expected) =>
        SemanticVersion.Parse(text).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("newest")]
    [InlineData("1.2.3.4")]
    [InlineData("1.2.3-")]
    [InlineData("1..2")]
    public void OtherTexts_AreNoVersions(string text) => SemanticVersion.TryParse(text, out _).ShouldBeFalse();
}
