using System.Text.Json;

namespace Hortus.Objects.Tests;

public class IntOrStringTests
{
    [Theory]
    [InlineData("25%", 10, true, 3)]
    [InlineData("25%", 10, false, 2)]
    [InlineData("100%", 7, false, 7)]
    [InlineData("0%", 7, true, 0)]
    public void Percentage_IsAShareOfTheTotal(string text, int total, bool roundUp, int result) =>
        ((IntOrString)text).Resolve(total, roundUp).ShouldBe(result);

    [Fact]
    public void Number_IsItself() => ((IntOrString)3).Resolve(100, true).ShouldBe(3);

    [Theory]
    [InlineData("http")]
    [InlineData("%")]
    [InlineData("-5%")]
    public void Text_ThatIsNoPercentage_CannotBeResolved(string text) =>
        Should.Throw<FormatException>(() => ((IntOrString)text).Resolve(10, true));

    [Theory]
    [InlineData("80")]
    [InlineData("\"http\"")]
    [InlineData("\"80\"")]
    public void Json_KeepsTheForm(string json) =>
        JsonSerializer.Serialize(JsonSerializer.Deserialize<IntOrString>(json, KubernetesJson.Options), KubernetesJson.Options).ShouldBe(json);

    [Theory]
    [InlineData("true")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public void Json_OfAnotherType_IsRefused(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<IntOrString>(json, KubernetesJson.Options));
}
