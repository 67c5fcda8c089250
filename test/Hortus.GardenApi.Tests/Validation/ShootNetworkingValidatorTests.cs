using Hortus.GardenApi.Validation;
using Hortus.Objects.Gardener.Core;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.Validation;

public class ShootNetworkingValidatorTests
{
    [Fact]
    public void Networks_MustBeDisjoint() =>
        FaultsOf(n => n with { Pods = "10.0.128.0/17" }).ShouldBe(
            ["spec.networking.pods: Invalid value: \"10.0.128.0/17\": must not overlap with spec.networking.nodes "
                + "(\"10.0.0.0/16\")"]);

    [Fact]
    public void Network_MustBeCanonical()
    {
        FaultsOf(n => n with { Nodes = "10.0.3.0/16" }).ShouldBe(
            ["spec.networking.nodes: Invalid value: \"10.0.3.0/16\": must be valid canonical CIDR, want 10.0.0.0/16"]);
        FaultsOf(n => n with { Nodes = "all" }).ShouldHaveSingleItem().ShouldContain("must be a valid CIDR");
    }

    [Theory]
    [InlineData("240.1.0.0/16", "kube-apiserver")]
    [InlineData("241.0.0.0/8", "seed pods")]
    [InlineData("242.1.0.0/16", "shoot nodes")]
    [InlineData("243.1.0.0/16", "shoot services")]
    [InlineData("244.1.0.0/16", "shoot pods")]
    public void Network_MustNotBeReserved(string cidr, string use) =>
        FaultsOf(n => n with { Nodes = cidr }).ShouldHaveSingleItem().ShouldEndWith("which is reserved for " + use);

    [Fact]
    public void VpnRange_IsReserved() =>
        FaultsOf(n => n with { Nodes = "fd8f:6d53:b97a:1::/96", IpFamilies = ["IPv4", "IPv6"] }).ShouldHaveSingleItem().ShouldContain("VPN");

    [Fact]
    public void Type_IsRequired() =>
        FaultsOf(n => n with { Type = null }).ShouldBe(
            ["spec.networking.type: Required value: must specify a network type"]);

    [Fact]
    public void Families_AreKnownAndUnique() =>
        FaultsOf(n => n with { IpFamilies = ["IPv4", "IPv4", "IPX"] }).ShouldBe(
        [
            "spec.networking.ipFamilies[1]: Duplicate value: \"IPv4\"",
            "spec.networking.ipFamilies[2]: Unsupported value: \"IPX\": supported values: \"IPv4\", \"IPv6\"",
        ]);

    [Fact]
    public void PodsAndServices_AreRequiredOnceTheShootHasASeed()
    {
        var shoot = ValidShoot.WithNetworking(n => n with { Pods = null, Services = null });

        Check(shoot).ShouldBeEmpty();
        Check(shoot.With(s => s with { SeedName = "local" })).ShouldBe(
        [
            "spec.networking.services: Required value: services is required",
            "spec.networking.pods: Required value: pods is required",
        ]);
    }

    [Fact]
    public void Networking_IsRequiredWithWorkers() =>
        Check(ValidShoot.With(s => s with { Networking = null })).ShouldBe(
            ["spec.networking: Required value: networking should be set when provider workers are set"]);

    [Fact]
    public void SeedNetworks_MustNotBeTouched() =>
        Faults(e => ShootSeedValidator.Networking(
            ValidShoot.WithNetworking(n => n with { Pods = "10.1.64.0/18", Services = "10.4.0.0/16" }).Spec, ValidSeed,
            e)).ShouldBe(
            ["spec.networking.pods: Invalid value: \"10.1.64.0/18\": shoot pods network intersects with seed pods "
                + "network (10.1.0.0/16) of seed \"local\""]);

    [Fact]
    public void SeedTaints_MustBeTolerated()
    {
        var tainted = ValidSeed with { Spec = ValidSeed.Spec with { Taints = [new SeedTaint { Key = "special" }] } };

        Faults(e => ShootSeedValidator.Taints(ValidShoot.Spec, tainted, e)).ShouldBe(
            ["spec.seedName: Forbidden: the shoot does not tolerate the taint special of seed \"local\""]);
        Faults(e => ShootSeedValidator.Taints(
            ValidShoot.Spec with { Tolerations = [new Toleration { Key = "special" }] }, tainted, e)).ShouldBeEmpty();
    }

    private static IReadOnlyList<string> FaultsOf(Func<Networking, Networking> change) =>
        Check(ValidShoot.WithNetworking(change));

    private static IReadOnlyList<string> Check(Shoot shoot) => Faults(e => ShootValidator.Check(shoot, e));
}
