using System.Net;
using System.Net.Sockets;
using Hortus.Kubelet.Dns;
using Hortus.Kubelet.Network;
using Hortus.Kubelet.Pods;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

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
    public async Task Server_answers_over_udp_and_tcp_and_refuses_what_it_cannot_know()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var server = new DnsServer(names, "cluster.local", [], NullLogger.Instance, TimeProvider.System);
        var running = server.RunAsync(new IPEndPoint(IPAddress.Loopback, 0), stop.Token);
        var endpoint = await server.Bound.Task.WaitAsync(stop.Token);

        using var udp = new UdpClient();
        udp.Connect(endpoint);
        (await AskUdpAsync(udp, "Web.Default.svc.cluster.local", stop.Token))[^4..].ShouldBe(
            new byte[] { 10, 2, 0, 5 });
        ((await AskUdpAsync(udp, "no.default.svc.cluster.local", stop.Token))[3] & 0xF).ShouldBe(3);
        ((await AskUdpAsync(udp, "example.org", stop.Token))[3] & 0xF).ShouldBe(5);

        using var tcp = new TcpClient();
        await tcp.ConnectAsync(endpoint, stop.Token);
        var query = Query("web.default.svc.cluster.local");
        await tcp.GetStream().WriteAsync((byte[])[(byte)(query.Length >> 8), (byte)query.Length, .. query], stop.Token);
        var length = new byte[2];
        await tcp.GetStream().ReadExactlyAsync(length, stop.Token);
        var answer = new byte[(length[0] << 8) | length[1]];
        await tcp.GetStream().ReadExactlyAsync(answer, stop.Token);
        answer[^4..].ShouldBe(new byte[] { 10, 2, 0, 5 });

        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    private static async Task<byte[]> AskUdpAsync(UdpClient client, string name, CancellationToken cancellationToken)
    {
        await client.SendAsync(Query(name), cancellationToken);
        return (await client.ReceiveAsync(cancellationToken)).Buffer;
    }

    private static byte[] Query(string name)
    {
        var labels = name.Split(
            '.').SelectMany(l => new[] { (byte)l.Length }.Concat(System.Text.Encoding.ASCII.GetBytes(l)));
        return [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. labels, 0, 0, 1, 0, 1];
    }
}
