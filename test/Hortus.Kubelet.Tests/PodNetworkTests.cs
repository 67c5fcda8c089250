using System.Net;
using System.Net.Sockets;
using System.Text;
using Hortus.Host;
using Hortus.Kubelet.Network;
using Hortus.Kubelet.Pods;
using Hortus.Kubelet.Services;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Kubelet.Tests;

[Trait("Category", "RealParts")]
public sealed class PodNetworkTests : IAsyncLifetime
{
    private const string ServiceAddress = "10.213.200.7";
    private readonly TemporaryRoot root = new();
    private readonly Nftables tables = new(new ProcessRunner());

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await root.DisposeAsync();

    [SkippableFact]
    public async Task Pods_reach_each_other_and_services_by_their_own_addresses()
    {
        Real.RequireRoot();
        var network = NewNetwork();
        var first = await network.AttachAsync(PodOf("a"), root.Deadline);
        var second = await network.AttachAsync(PodOf("b"), root.Deadline);
        first.Address.ShouldBe(IPAddress.Parse("10.213.7.2"));
        second.Address.ShouldBe(IPAddress.Parse("10.213.7.3"));
        using var server = new AnsweringServer(second);
        await ApplyAsync(server.Port, second.Address);

        (await server.AskAsync(null, second.Address, server.Port, root.Deadline)).ShouldNotBeNull();
        (await server.AskAsync(first, second.Address, server.Port, root.Deadline)).ShouldBe(first.Address);
        (await server.AskAsync(first, IPAddress.Parse(ServiceAddress), 80, root.Deadline)).ShouldBe(first.Address);
        // Through the service a pod reaches itself too.
        (await server.AskAsync(second, IPAddress.Parse(ServiceAddress), 80, root.Deadline)).ShouldNotBeNull();
    }

    [SkippableFact]
    public async Task Service_without_endpoints_refuses_at_once()
    {
        Real.RequireRoot();
        var pod = await NewNetwork().AttachAsync(PodOf("a"), root.Deadline);
        await ApplyAsync(1, endpoint: null);

        var refused = await Should.ThrowAsync<SocketException>(async () =>
        {
            using var socket = await NetworkNamespaces.ConnectAsync(
                pod.NamespacePath, new IPEndPoint(IPAddress.Parse(ServiceAddress), 80), root.Deadline);
        });

        refused.SocketErrorCode.ShouldBe(SocketError.ConnectionRefused);
    }

    [SkippableFact]
    public async Task Address_and_namespace_stay_for_the_same_pod_and_go_with_it()
    {
        Real.RequireRoot();
        var first = await NewNetwork().AttachAsync(PodOf("a"), root.Deadline);
        var again = await NewNetwork().AttachAsync(PodOf("a"), root.Deadline);

        again.Address.ShouldBe(first.Address);
        again.IsNew.ShouldBeFalse();
        await NewNetwork().DetachAsync("uid-a", root.Deadline);
        File.Exists(first.NamespacePath).ShouldBeFalse();
        NewNetwork().Addresses.ShouldBeEmpty();
    }

    [SkippableFact]
    public async Task Cleanup_leaves_no_namespace_link_table_or_mount()
    {
        Real.RequireRoot();
        var pod = await NewNetwork().AttachAsync(PodOf("a"), root.Deadline);
        await ApplyAsync(80, pod.Address);
        var mounts = new MountTable(new ProcessRunner());
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(root.Path, "pods", "x")).FullName;
        await mounts.MountMemoryAsync(folder, 1 << 20, root.Deadline);
        var links = new Links(new ProcessRunner());
        var made = new NetworkJournal(root.Path).List(NetworkJournal.Kind.Links).Keys.ToList();
        (await links.ListAsync(root.Deadline)).ShouldContain(l => made.Contains(l));

        await KubeletCleanup.RunAsync(root.Path, NullLoggerFactory.Instance, root.Deadline);

        made.ShouldNotBeEmpty();
        File.Exists(pod.NamespacePath).ShouldBeFalse();
        (await links.ListAsync(root.Deadline)).ShouldNotContain(l => made.Contains(l));
        (await tables.ListTablesAsync(root.Deadline)).ShouldNotContain(TableName);
        mounts.List().ShouldNotContain(m => m.Target.StartsWith(root.Path, StringComparison.Ordinal));
    }

    private string TableName => "hortus-test-" + System.IO.Path.GetFileName(root.Path)[^8..];

    private PodNetwork NewNetwork() =>
        new(root.Path, 1400, new PodObjects()) { Range = IPNetwork.Parse("10.213.7.0/24") };

    private static Pod PodOf(string name) =>
        new() { Metadata = new ObjectMeta { Namespace = "default", Name = name, Uid = "uid-" + name } };

    private async Task ApplyAsync(int port, IPAddress? endpoint)
    {
        var service = new Service
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
            Spec = new ServiceSpec
            {
                ClusterIP = ServiceAddress,
                Ports = [new ServicePort { Port = 80, Protocol = "TCP" }]
            },
        };
        var slice = new EndpointSlice
        {
            Metadata = new ObjectMeta
            {
                Namespace = "default",
                Name = "web-1",
                Labels = new Dictionary<string,
                string>
                { ["kubernetes.io/service-name"] = "web" }
            },
            Endpoints = endpoint is null ? [] : [new Endpoint { Addresses = [endpoint.ToString()] }],
            Ports = [new DiscoveryEndpointPort { Port = port, Protocol = "TCP" }],
        };
        var rules = ServiceRules.Render(new RuleInputs { Table = TableName, Services = [service], Slices = [slice] });
        new NetworkJournal(root.Path).Add(NetworkJournal.Kind.Tables, TableName, "");
        await tables.ApplyAsync(rules, root.Deadline);
        await tables.ApplyAsync(rules, root.Deadline);
    }

    /// <summary>Listens inside a pod and tells each caller the address it comes from.</summary>
    private sealed class AnsweringServer : IDisposable
    {
        private readonly Socket listener;

        public AnsweringServer(PodAttachment pod)
        {
            listener = NetworkNamespaces.OpenSocket(
                pod.NamespacePath, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Any, 0));
            listener.Listen();
        }

        public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

        public async Task<IPAddress?> AskAsync(
            PodAttachment? from, IPAddress address, int port, CancellationToken cancellationToken)
        {
            var accept = listener.AcceptAsync(cancellationToken);
            using var client = await NetworkNamespaces.ConnectAsync(
                from?.NamespacePath, new IPEndPoint(address, port), cancellationToken);
            using var accepted = await accept;
            await accepted.SendAsync(
                Encoding.ASCII.GetBytes(((IPEndPoint)accepted.RemoteEndPoint!).Address.ToString()), cancellationToken);
            accepted.Shutdown(SocketShutdown.Send);
            var buffer = new byte[64];
            var read = await client.ReceiveAsync(buffer, cancellationToken);
            return IPAddress.Parse(Encoding.ASCII.GetString(buffer, 0, read));
        }

        public void Dispose() => listener.Dispose();
    }
}
