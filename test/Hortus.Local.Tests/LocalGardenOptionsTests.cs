namespace Hortus.Local.Tests;

public sealed class LocalGardenOptionsTests
{
    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 0)]
    public void A_garden_is_doubled_or_minimal_or_neither(bool available, bool minimal, int faults)
    {
        var options = new LocalGardenOptions { StateDirectory = "/srv/garden", IsHighlyAvailable = available, IsMinimal = minimal };

        options.Validate().Count(fault => fault.StartsWith("--ha and --minimal: ", StringComparison.Ordinal)).ShouldBe(faults);
    }
}
