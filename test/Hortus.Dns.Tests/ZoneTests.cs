using System.Net;

namespace Hortus.Dns.Tests;

public sealed class ZoneTests
{
    private static readonly ZoneSet Zones = new(
        [
            new Zone(
                "example.org",
                [
                    Address("api.garden.example.org", "10.0.0.1"),
                    Address("api.garden.example.org", "10.0.0.2"),
                    Address("api.garden.example.org", "fd00::1"),
                    Address("*.ingress.example.org", "10.0.0.3"),
                    Address("fixed.ingress.example.org", "10.0.0.4"),
                    DnsRecord.Alias("www.example.org", "api.garden.example.org", 60),
                    DnsRecord.Alias("out.example.org", "elsewhere.test", 60),
                    DnsRecord.Alias("lost.example.org", "nobody.example.org", 60),
                    DnsRecord.Alias("one.example.org", "two.example.org", 60),
                    DnsRecord.Alias("two.example.org", "one.example.org", 60),
                    Address("else.where", "10.0.0.9"),
                ],
                serial: 7),
            new Zone("deep.example.org", [Address("a.deep.example.org", "10.0.0.5")], serial: 1),
        ],
        [new Zone("empty.test", [], serial: 1)]);

    [Theory]
    [InlineData("api.garden.example.org", DnsType.A, "10.0.0.1 10.0.0.2")]
    [InlineData("api.garden.example.org", DnsType.Aaaa, "fd00::1")]
    [InlineData("a.ingress.example.org", DnsType.A, "10.0.0.3")]
    [InlineData("a.b.ingress.example.org", DnsType.A, "10.0.0.3")]
    [InlineData("fixed.ingress.example.org", DnsType.A, "10.0.0.4")]
    [InlineData("a.deep.example.org", DnsType.A, "10.0.0.5")]
    public void A_name_has_its_addresses(string name, DnsType type, string addresses)
    {
        var answer = Ask(name, type);

        answer.Code.ShouldBe(DnsCode.Success);
        answer.Answers.ShouldAllBe(record => record.Name == name);
        string.Join(' ', answer.Answers.Select(record => new IPAddress(record.Data))).ShouldBe(addresses);
    }

    [Theory]
    [InlineData("no.example.org")]
    [InlineData("a.api.garden.example.org")]
    [InlineData("b.deep.example.org")]
    [InlineData("a.fixed.ingress.example.org")]
    [InlineData("any.empty.test")]
    public void A_name_that_does_not_exist_is_denied_with_the_start_of_authority(string name)
    {
        var answer = Ask(name, DnsType.A);

        answer.Code.ShouldBe(DnsCode.NameError);
        answer.Authority.Single().Type.ShouldBe(DnsType.Soa);
    }

    [Theory]
    [InlineData("api.garden.example.org", DnsType.Txt)]
    [InlineData("garden.example.org", DnsType.A)]
    [InlineData("ingress.example.org", DnsType.A)]
    [InlineData("empty.test", DnsType.A)]
    public void A_name_without_such_records_exists_all_the_same(string name, DnsType type)
    {
        var answer = Ask(name, type);

        answer.Code.ShouldBe(DnsCode.Success);
        answer.Answers.ShouldBeEmpty();
        answer.Authority.Single().Type.ShouldBe(DnsType.Soa);
    }

    [Theory]
    [InlineData("elsewhere.test")]
    [InlineData("org")]
    [InlineData("")]
    [InlineData("notexample.org")]
    public void A_name_outside_of_all_zones_is_not_answered(string name) =>
        Zones.Find(new DnsQuestion(name, (int)DnsType.A)).ShouldBeNull();

    [Fact]
    public void An_alias_is_followed_as_far_as_it_leads_through_our_zones()
    {
        var inside = Ask("www.example.org", DnsType.A);
        inside.Answers.Select(record => record.Type).ShouldBe([DnsType.Cname, DnsType.A, DnsType.A]);

        Ask("out.example.org", DnsType.A).Answers.Single().Type.ShouldBe(DnsType.Cname);
        Ask("www.example.org", DnsType.Cname).Answers.Single().Type.ShouldBe(DnsType.Cname);
        Ask("one.example.org", DnsType.A).Answers.Count.ShouldBe(2);
        Ask("lost.example.org", DnsType.A).ShouldSatisfyAllConditions(
            answer => answer.Code.ShouldBe(DnsCode.NameError), answer => answer.Answers.Count.ShouldBe(1));
    }

    [Fact]
    public void The_zone_itself_tells_its_serial()
    {
        var data = Ask("example.org", DnsType.Soa).Answers.Single().Data;

        data[^20..^16].ShouldBe(new byte[] { 0, 0, 0, 7 });
        Zones.ZoneOf("a.example.org")!.Count.ShouldBe(10);
    }

    [Theory]
    [InlineData("api.example.org", true)]
    [InlineData("*.example.org", true)]
    [InlineData("_acme-challenge.example.org", true)]
    [InlineData("a.*.example.org", false)]
    [InlineData("*", false)]
    [InlineData("a..b", false)]
    [InlineData("", false)]
    [InlineData("-a.example.org", false)]
    [InlineData("a b.example.org", false)]
    [InlineData("../../etc", false)]
    public void Names_are_checked(string name, bool isGood) => (DnsName.FaultOf(name) is null).ShouldBe(isGood);

    [Fact]
    public void A_label_or_a_name_that_is_too_long_is_told()
    {
        DnsName.FaultOf(new string('a', 64) + ".org").ShouldNotBeNull();
        DnsName.FaultOf(string.Join('.', Enumerable.Repeat("abcdefghi", 26))).ShouldNotBeNull();
    }

    private static DnsRecord Address(string name, string address) => DnsRecord.Address(name, IPAddress.Parse(address), 60);

    private static DnsAnswer Ask(string name, DnsType type) => Zones.Find(new DnsQuestion(name, (int)type)).ShouldNotBeNull();
}
