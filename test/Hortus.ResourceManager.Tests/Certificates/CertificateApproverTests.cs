using System.Net;
using System.Text;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.ResourceManager.Tests.World;
using Hortus.Runtime;
using Hortus.Testing.Scripted;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.ResourceManager.Tests.Certificates;

/// <summary>Certificate requests of one cluster, judged by the Machines of another.</summary>
[Trait("Category", "Integration")]
public sealed class CertificateApproverTests : IAsyncLifetime
{
    private const string Space = "shoot";
    private const string Agent = "gardener.cloud:node-agent:machine:m1";
    private const string Bootstrap = "system:bootstrap:abcdef";

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));
    private readonly string folder = Directory.CreateTempSubdirectory("hortus-csr-").FullName;
    private Cluster source = null!;
    private Cluster target = null!;
    private ControllerManager machines = null!;
    private Task run = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        source = await Cluster.StartAsync(deadline.Token);
        await Hortus.Testing.CustomKinds.InstallAsync(source.Client, [typeof(Machine)], deadline.Token);
        await source.Client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = Space } }, deadline.Token);
        var tokens = Path.Combine(folder, "tokens");
        await File.WriteAllLinesAsync(
            tokens,
            [
                "node,system:node:n1,1,\"system:nodes\"", "other,system:node:n2,2,\"system:nodes\"",
                $"boot,{Bootstrap},3,\"system:bootstrappers\"", $"agent,{Agent},4", "robot,robot,5",
            ]);
        target = await Cluster.StartAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"], TokenAuthFile = tokens }, deadline.Token);
    }

    public async Task DisposeAsync()
    {
        await deadline.CancelAsync();
        await run.ContinueWith(_ => { }, TaskScheduler.Default);
        await target.DisposeAsync();
        await source.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        deadline.Dispose();
    }

    [Fact]
    public async Task A_kubelet_that_asks_before_its_node_and_machine_are_known_is_approved_when_they_are()
    {
        Run(TimeProvider.System);
        await AskAsync("test", "node", Serving("n1"));
        await AddMachineAsync("m1", null);
        await AddNodeAsync("n1");
        var decided = DecidedAsync("test");
        decided.IsCompleted.ShouldBeFalse();

        await LabelMachineAsync();

        (await decided).ShouldBe(("Approved", "RequestApproved", "names and addresses are those of Node n1"));
    }

    [Fact]
    public async Task A_kubelet_whose_node_does_not_come_is_denied_in_the_end()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await AddMachineAsync("m1", "n1");
        Run(clock);
        await AskAsync("test", "node", Serving("n1"));
        var decided = DecidedAsync("test");
        while (!decided.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        (await decided).ShouldBe(("Denied", "RequestDenied", "Node n1 does not exist"));
    }

    [Theory]
    [InlineData("other", "n1", "common name \"system:node:n1\" is not the user's \"system:node:n2\"")]
    [InlineData("robot", "n1", "user \"robot\" is no node")]
    [InlineData("node", "n1,kubernetes", "DNS names [kubernetes, n1] are not those of the Node, [n1]")]
    [InlineData("twice", "n1", "several Machines carry the label node=n1: m1, m2")]
    [InlineData("unknown", "n1", "no Machine carries the label node=n1")]
    public async Task A_certificate_for_others_is_denied_with_the_reason(string who, string names, string why)
    {
        await AddNodeAsync("n1");
        if (who != "unknown")
        {
            await AddMachineAsync("m1", "n1");
        }

        if (who == "twice")
        {
            await AddMachineAsync("m2", "n1");
        }

        // Long after the request: nothing is waited for.
        Run(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1)));
        await AskAsync("test", who is "twice" or "unknown" ? "node" : who, Serving(names.Split(',')));

        var (type, _, message) = await DecidedAsync("test");
        type.ShouldBe("Denied");
        message.ShouldContain(why);
    }

    [Fact]
    public async Task Nobody_is_denied_while_the_Machines_cannot_be_read()
    {
        await AddNodeAsync("n1");
        await AddMachineAsync("m1", "n1");
        await AskAsync("test", "node", Serving("n1"));
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1));
        var toSource = new CountingHandler { IsAway = true, Misses = request => IsOfMachines(request.RequestUri!.AbsolutePath) };
        Run(clock, toSource);
        var decided = DecidedAsync("test");
        var asked = toSource.UntilAsync(requests => requests.Count(IsOfMachines) > 1, deadline.Token);

        await Task.WhenAny(decided, asked);
        toSource.IsAway = false;
        while (!decided.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await decided).Type.ShouldBe("Approved");
    }

    [Fact]
    public async Task A_second_Machine_with_the_label_counts_before_the_cache_knows_of_it()
    {
        await AddNodeAsync("n1");
        await AddMachineAsync("m1", "n1");
        await RunBehindAsync(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(1)));
        await AddMachineAsync("m2", "n1");

        await AskAsync("test", "node", Serving("n1"));

        (await DecidedAsync("test")).Message.ShouldBe("several Machines carry the label node=n1: m1, m2");
    }

    [Fact]
    public async Task A_bootstrap_token_is_of_no_use_before_the_cache_knows_that_its_machine_has_joined()
    {
        await AddMachineAsync("m1", null);
        await RunBehindAsync(TimeProvider.System);
        await AddNodeAsync("n1");
        await LabelMachineAsync();

        await AskAsync("test", "boot", CertificateSpec.Client(Agent));

        (await DecidedAsync("test")).Type.ShouldBe("Denied");
    }

    [Fact]
    public async Task An_agent_joins_once_and_renews()
    {
        Run(TimeProvider.System);
        await AddMachineAsync("m1", "n1");
        var spec = CertificateSpec.Client(Agent);

        await AskAsync("joins", "boot", spec);
        (await DecidedAsync("joins")).Type.ShouldBe("Approved");
        await AddNodeAsync("n1");
        await AskAsync("again", "boot", spec);
        (await DecidedAsync("again")).Message.ShouldBe("Machine m1 has joined as a Node: a bootstrap token is of no use any more");
        await AskAsync("renews", "agent", spec);
        (await DecidedAsync("renews")).Type.ShouldBe("Approved");
        await AskAsync("no-machine", "boot", CertificateSpec.Client("gardener.cloud:node-agent:machine:.."));
        (await DecidedAsync("no-machine")).Message.ShouldBe("Machine .. does not exist");
    }

    [Fact]
    public async Task Requests_of_others_stay_open()
    {
        await AddMachineAsync("m1", "n1");
        Run(TimeProvider.System);
        await AskAsync("alice", "boot", CertificateSpec.Client("alice"));
        await AskAsync("kubelet", "boot", CertificateSpec.Client("system:node:n1", "system:nodes"), "kubernetes.io/kube-apiserver-client-kubelet");
        await AskAsync("agent", "boot", CertificateSpec.Client(Agent));
        await DecidedAsync("agent");

        foreach (var name in new[] { "alice", "kubelet" })
        {
            var request = await target.Client.GetAsync<CertificateSigningRequest>(ObjectKey.Cluster(name), deadline.Token);
            request.Status.Conditions.ShouldBeNull();
        }
    }

    [Fact]
    public async Task Nobody_judges_by_machines_without_knowing_where_they_are()
    {
        var manager = target.NewManager(new CountingHandler());
        var setup = ResourceWorld.NewSetup(manager, manager, new ResourceManagerOptions { CsrApprover = true }, TimeProvider.System);

        (await Should.ThrowAsync<SettingException>(ResourceManagerComponent.RunAsync(setup, deadline.Token)))
            .Message.ShouldContain("--machine-namespace");
    }

    private static CertificateSpec Serving(params string[] names) => new()
    {
        CommonName = "system:node:n1",
        Organizations = ["system:nodes"],
        DnsNames = names,
        IPAddresses = [IPAddress.Parse("10.0.0.1")],
        Usages = CertificateUsages.Server,
    };

    private static Dictionary<string, string> Labels(string node) => new() { ["node"] = node };

    private static bool IsOfMachines(string path) => path.Contains("/machines", StringComparison.Ordinal);

    private void Run(TimeProvider clock, HttpMessageHandler? toSource = null)
    {
        var options = new ResourceManagerOptions { CsrApprover = true, MachineNamespace = Space };
        machines = source.NewManager(toSource ?? new CountingHandler(), clock);
        var setup = ResourceWorld.NewSetup(machines, target.NewManager(new CountingHandler(), clock), options, clock);
        run = ResourceManagerComponent.RunAsync(setup, deadline.Token);
    }

    /// <summary>Runs with a cache of Machines that knows those of now for ever.</summary>
    private async Task RunBehindAsync(TimeProvider clock)
    {
        var watches = new LateWatches(IsOfMachines);
        watches.Hold();
        Run(clock, watches);
        await machines.CacheOf<Machine>(new CacheScope(Space)).WaitForSyncAsync(deadline.Token);
    }

    private async Task AskAsync(string name, string token, CertificateSpec spec, string? signer = null)
    {
        var isServing = spec.Usages == CertificateUsages.Server;
        await target.NewClient(token).CreateAsync(
            new CertificateSigningRequest
            {
                Metadata = new ObjectMeta { Name = name },
                Spec = new CertificateSigningRequestSpec
                {
                    Request = Encoding.ASCII.GetBytes(SigningRequest.Create(spec).RequestPem),
                    SignerName = signer ?? (isServing ? CertificateSigners.KubeletServing : CertificateSigners.Client),
                    Usages = ["digital signature", isServing ? "server auth" : "client auth"],
                },
            },
            deadline.Token);
    }

    private async Task<(string Type, string? Reason, string Message)> DecidedAsync(string name)
    {
        var request = await target.UntilAsync<CertificateSigningRequest>(
            ObjectKey.Cluster(name), r => r?.Status.Conditions is { Count: > 0 }, deadline.Token);
        var condition = request!.Status.Conditions!.Single();
        return (condition.Type, condition.Reason, condition.Message ?? "");
    }

    private Task AddMachineAsync(string name, string? node) => source.Client.CreateAsync(
        new Machine { Metadata = new ObjectMeta { Namespace = Space, Name = name, Labels = node is null ? null : Labels(node) } },
        deadline.Token);

    private Task LabelMachineAsync() => source.Client.PatchAsync<Machine>(
        new ObjectKey(Space, "m1"),
        Patch.Merge(KubernetesJson.ToNode(new Machine { Metadata = new ObjectMeta { Labels = Labels("n1") } })!.AsObject()),
        deadline.Token);

    private async Task AddNodeAsync(string name)
    {
        var node = await target.Client.CreateAsync(new Node { Metadata = new ObjectMeta { Name = name } }, deadline.Token);
        await target.Client.UpdateStatusAsync(
            node with
            {
                Status = new NodeStatus
                {
                    Addresses =
                    [
                        new NodeAddress { Type = "InternalIP", Address = "10.0.0.1" },
                        new NodeAddress { Type = "Hostname", Address = name },
                    ],
                },
            },
            deadline.Token);
    }
}
