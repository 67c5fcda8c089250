using FsCheck.Xunit;

namespace Hortus.Objects.Tests;

public class QuantityTests
{
    [Theory]
    [InlineData("500m", 1, 500)]
    [InlineData("1", 1, 1000)]
    [InlineData("1.5", 2, 1500)]
    [InlineData("1Ki", 1024, 1024000)]
    [InlineData("1k", 1000, 1000000)]
    [InlineData("1e3", 1000, 1000000)]
    [InlineData("100u", 1, 1)]
    [InlineData("0", 0, 0)]
    [InlineData("-1", -1, -1000)]
    [InlineData("-1500m", -1, -1500)]
    [InlineData(".5", 1, 500)]
    [InlineData("5.", 5, 5000)]
    public void Values_AreRoundedUp(string text, long value, long milli)
    {
        var quantity = Quantity.Parse(text);

        quantity.Value.ShouldBe(value);
        quantity.MilliValue.ShouldBe(milli);
        quantity.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1.2.3")]
    [InlineData("1 Gi")]
    [InlineData("1KI")]
    [InlineData("1e99")]
    [InlineData("--1")]
    [InlineData("+-1")]
    [InlineData("0x1")]
    public void Text_ThatIsNoQuantity_IsRefused(string text) =>
        Should.Throw<FormatException>(() => Quantity.Parse(text)).Message.ShouldStartWith($"invalid quantity \"{text}\"");

    [Fact]
    public void Comparison_UsesTheValueNotTheText()
    {
        Quantity.Parse("1").ShouldBe(Quantity.Parse("1000m"));
        (Quantity.Parse("1Gi") > Quantity.Parse("1G")).ShouldBeTrue();
        Quantity.Parse("0.5").GetHashCode().ShouldBe(Quantity.Parse("500m").GetHashCode());
    }

    [Property]
    public bool WholeNumbers_KeepTheirValue(int number) => Quantity.Parse($"{number}").Value == number;

    [Property]
    public bool AnyText_IsParsedOrRefused(string text) => Quantity.TryParse(text, out var quantity) == (quantity is not null);
}
