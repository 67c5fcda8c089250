using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Builtin;

public sealed class QuantityFormTests
{
    [Theory]
    [InlineData("1000m", "1")]
    [InlineData("1500m", "1500m")]
    [InlineData("0.5", "500m")]
    [InlineData("1000", "1k")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1000Mi", "1000Mi")]
    [InlineData("0.5Gi", "512Mi")]
    [InlineData("512", "512")]
    [InlineData("0Mi", "0")]
    [InlineData("1e3", "1e3")]
    [InlineData("-2", "-2")]
    public void Canonical_form_is_the_shortest_of_the_same_family(string text, string expected) =>
        Quantity.Parse(text).Canonical.ShouldBe(expected);
}
