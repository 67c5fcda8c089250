using System.Net;
using Hortus.Dns;
using Hortus.Kubelet.Dns;
using Hortus.Kubelet.Network;
using Hortus.Kubelet.Pods;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Tests;

public sealed class NamesAndRulesTests
{
    private static readonly Service Web = new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
        Spec = new ServiceSpec
        {
            ClusterIP = "10.2.0.5",
            Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP" }]
        },
    };

    private static readonly Service Headless = new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "db" },
        Spec = new ServiceSpec { ClusterIP = "None", Ports = [new ServicePort { Name = "sql", Port = 5432 }] },
    };

    private static readonly EndpointSlice Slice = new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "default",
            Name = "db-1",
            Labels = new Dictionary<string,
            string>
            { ["kubernetes.io/service-name"] = "db" }
        },
        Endpoints =
        [
            new Endpoint { Addresses = ["10.1.0.7"], Hostname = "db-0" },
            new Endpoint { Addresses = ["10.1.0.8"], Hostname = "db-1",
                Conditions = new EndpointConditions { Ready = false } },
        ],
        Ports = [new DiscoveryEndpointPort { Name = "sql", Port = 5433 }],
    };

    private readonly ClusterNames names = new(
        "cluster.local", key => key.Name switch { "web" => Web, "db" => Headless, _ => null }, _ => [Slice], () => [Web, Headless]);

    [Theory]
    [InlineData("web.default.svc.cluster.local", "10.2.0.5")]
    [InlineData("db.default.svc.cluster.local", "10.1.0.7")]
    [InlineData("db-0.db.default.svc.cluster.local", "10.1.0.7")]
    [InlineData("10-9-8-7.default.pod.cluster.local", "10.9.8.7")]
    public void Name_of_the_cluster_has_its_address(string name, string address) =>
        new IPAddress(names.Find(name, (int)DnsType.A)!.Single().Data).ToString().ShouldBe(address);

    [Theory]
    [InlineData("no.default.svc.cluster.local")]
    [InlineData("db-1.db.default.svc.cluster.local")]
    [InlineData("a.b.c.d.e.cluster.local")]
    public void Name_that_does_not_exist_is_told_apart_from_one_without_records(string name)
    {
        names.Find(name, (int)DnsType.A).ShouldBeNull();
        names.Find("web.default.svc.cluster.local", (int)DnsType.Aaaa).ShouldBe([]);
    }

    [Fact]
    public void Service_record_names_port_and_target()
    {
        var data = names.Find("_sql._tcp.db.default.svc.cluster.local", (int)DnsType.Srv)!.Single().Data;

        ((data[4] << 8) | data[5]).ShouldBe(5433);
    }

    [Fact]
    public void Names_of_others_are_left_to_others()
    {
        names.Find(new DnsQuestion("example.org", (int)DnsType.A)).ShouldBeNull();
        names.Find(new DnsQuestion("no.default.svc.cluster.local", (int)DnsType.A))!.Code.ShouldBe(DnsCode.NameError);
        names.Find(new DnsQuestion("web.default.svc.cluster.local", (int)DnsType.Aaaa))!.ShouldSatisfyAllConditions(
            answer => answer.Code.ShouldBe(DnsCode.Success),
            answer => answer.Authority.Single().Name.ShouldBe("cluster.local"));
    }

    [Theory]
    [InlineData("a$(X)b", "a1b")]
    [InlineData("$$(X)", "$(X)")]
    [InlineData("$(UNKNOWN)-$", "$(UNKNOWN)-$")]
    public void Variables_expand_as_in_pods(string text, string expanded) =>
        Expansion.Expand(text, new Dictionary<string, string> { ["X"] = "1" }).ShouldBe(expanded);

    [Fact]
    public void Addresses_are_given_out_once_and_found_again_by_their_owner()
    {
        var root = Directory.CreateTempSubdirectory().FullName;
        var range = IPNetwork.Parse("10.9.0.0/29");
        var taken = Enumerable.Range(0, 5).Select(i => new AddressPool(root).Take(range, $"pod-{i}").ToString())
            .ToList();

        taken.ShouldBe(["10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5", "10.9.0.6"]);
        new AddressPool(root).Take(range, "pod-3").ToString().ShouldBe("10.9.0.5");
        Should.Throw<KubeletException>(
            () => new AddressPool(root).Take(range, "pod-6")).Message.ShouldContain("10.9.0.0/29");
        new AddressPool(root).Release("pod-1");
        new AddressPool(root).Take(range, "pod-6").ToString().ShouldBe("10.9.0.3");
        Directory.Delete(root, recursive: true);
    }
}
