using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.Objects.Tests;

public sealed class VersionSkewTests
{
    [Theory]
    [InlineData("v1.5.0", "v1.5.0", null)]
    [InlineData("1.5.9", "v1.5.0", null)]
    [InlineData("v1.3.0", "v1.5.0", null)]
    [InlineData("v1.5.0-rc.1", "v1.5.0+build", null)]
    [InlineData("v1.6.0", "v1.5.9", "newer")]
    [InlineData("v1.2.9", "v1.5.0", "older")]
    [InlineData("v2.0.0", "v1.9.0", "major")]
    [InlineData("latest", "v1.9.0", "no version")]
    [InlineData("v1.9.0", "", "no version")]
    public void A_gardenlet_is_of_the_gardens_minor_version_or_of_the_two_before(string gardenlet, string garden, string? fault)
    {
        var found = VersionSkew.Fault(gardenlet, garden);

        (found is null).ShouldBe(fault is null, found);
        found?.ShouldContain(fault!);
    }

    [Fact]
    public void A_garden_tells_its_version_in_a_text()
    {
        GardenerInfo.VersionOf(new Dictionary<string, string> { [GardenerInfo.ServerKey] = GardenerInfo.Describe("v1.2.3") }).ShouldBe("v1.2.3");
        GardenerInfo.VersionOf(new Dictionary<string, string> { [GardenerInfo.ServerKey] = "features: []\nversion: \"v1.2.4\"\n" }).ShouldBe("v1.2.4");
        GardenerInfo.VersionOf(new Dictionary<string, string>()).ShouldBeNull();
        GardenerInfo.VersionOf(null).ShouldBeNull();
    }
}
