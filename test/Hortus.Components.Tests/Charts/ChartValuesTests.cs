using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Components.Charts;

namespace Hortus.Components.Tests.Charts;

public sealed class ChartValuesTests
{
    [Theory]
    [InlineData("{}", "{}", "{}")]
    [InlineData("""{"a":1}""", """{"b":2}""", """{"a":1,"b":2}""")]
    [InlineData("""{"g":{"seed":{"name":"forged","own":1},"x":2}}""", """{"g":{"seed":{"name":"real"}}}""", """{"g":{"seed":{"name":"real","own":1},"x":2}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[3]}""", """{"a":[3]}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":"text"}""", """{"a":"text"}""")]
    [InlineData("""{"a":"text"}""", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":null}""", """{"a":null}""")]
    public void What_the_system_says_goes_over_what_users_say(string values, string system, string merged)
    {
        var (under, over) = (Parse(values), Parse(system));

        ChartValues.Merge(under, over).ToJsonString().ShouldBe(merged);

        under.ToJsonString().ShouldBe(values);
        over.ToJsonString().ShouldBe(system);
    }

    [Fact]
    public void No_values_are_an_empty_map_and_other_things_are_refused()
    {
        ChartValues.Of(null).ShouldBeEmpty();
        ChartValues.Of(JsonSerializer.SerializeToElement<object?>(null)).ShouldBeEmpty();
        ChartValues.Of(JsonSerializer.SerializeToElement(new { a = 1 })).ToJsonString().ShouldBe("""{"a":1}""");
        Should.Throw<FormatException>(() => ChartValues.Of(JsonSerializer.SerializeToElement(new[] { 1 })))
            .Message.ShouldBe("the values are a Array, want a map");
    }

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}
