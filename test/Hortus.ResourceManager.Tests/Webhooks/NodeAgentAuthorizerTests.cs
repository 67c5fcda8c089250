using System.Text;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Machine;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.Runtime;
using Hortus.Testing;

namespace Hortus.ResourceManager.Tests.Webhooks;

/// <summary>A cluster with two nodes on two machines, asked over TLS as an API server asks.</summary>
public sealed class NodeAgentWorld : IAsyncLifetime
{
    private const string Configuration =
        """
        apiVersion: extensions.gardener.cloud/v1alpha1
        kind: OperatingSystemConfig
        spec:
          files:
          - {path: /a, content: {secretRef: {name: for-all, dataKey: a}}}
          - {path: /b, hostName: host-a, content: {secretRef: {name: for-a, dataKey: b}}}
          - {path: /c, hostName: host-b, content: {secretRef: {name: for-b, dataKey: c}}}
          - {path: /d, content: {inline: {data: x}}}
        """;

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(90));
    private ResourceWorld world = null!;
    private HookWorld hosted = null!;
    private HookWorld alone = null!;

    public async Task InitializeAsync()
    {
        world = await ResourceWorld.StartAsync(isRunning: false, isSplit: true);
        await CustomKinds.InstallAsync(world.Source.Client, [typeof(Machine)], world.Token);
        var options = new ResourceManagerOptions { Webhooks = [WebhookNames.NodeAgents], MachineNamespace = "default" };
        hosted = HookWorld.Start(options, world.Source.Client, world.Target.Client, world.Token);
        alone = HookWorld.Start(options with { MachineNamespace = null }, world.Source.Client, world.Target.Client, world.Token);
        foreach (var (machine, node) in new[] { ("machine-a", "node-a"), ("machine-b", "node-b"), ("booting", null) })
        {
            await world.Source.Client.CreateAsync(MachineOf(machine, node), world.Token);
        }

        var target = world.Target.Client;
        foreach (var letter in new[] { "a", "b" })
        {
            await target.CreateAsync(
                new Node
                {
                    Metadata = new ObjectMeta
                    {
                        Name = $"node-{letter}",
                        Labels = new Dictionary<string, string>
                        {
                            ["kubernetes.io/hostname"] = $"host-{letter}",
                            ["worker.gardener.cloud/gardener-node-agent-secret-name"] = "osc-1",
                        },
                    },
                },
                world.Token);
            await target.CreateAsync(PodOn($"pod-{letter}", $"node-{letter}"), world.Token);
        }

        foreach (var name in new[] { "osc-1", "osc-2" })
        {
            await target.CreateAsync(
                new Secret
                {
                    Metadata = new ObjectMeta
                    {
                        Namespace = "kube-system",
                        Name = name,
                        Labels = new Dictionary<string, string> { ["worker.gardener.cloud/pool"] = name },
                    },
                    Data = new Dictionary<string, byte[]>
                    {
                        ["osc.yaml"] = Encoding.UTF8.GetBytes(name == "osc-1" ? Configuration : "{ no yaml"),
                    },
                },
                world.Token);
        }
    }

    public async Task DisposeAsync()
    {
        await alone.DisposeAsync();
        await hosted.DisposeAsync();
        await world.DisposeAsync();
        deadline.Dispose();
    }

    /// <summary>What the webhook says: allowed, denied with a reason, or nothing.</summary>
    internal async Task<string> AskAsync(string user, JsonObject about, bool isHosted = true, bool isBeta = false, string? group = null)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = isBeta ? "authorization.k8s.io/v1beta1" : "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = user,
                [isBeta ? "group" : "groups"] = new JsonArray("system:authenticated", group ?? "gardener.cloud:node-agents"),
                [about.ContainsKey("path") ? "nonResourceAttributes" : "resourceAttributes"] = about,
            },
        };
        var (code, body) = await (isHosted ? hosted : alone).PostAsync(WebhookNames.NodeAgents, review.ToJsonString(), world.Token);
        code.ShouldBe(200);
        body.Text("apiVersion").ShouldBe(review.Text("apiVersion"));
        var status = body["status"];
        return status.Flag("allowed") == true ? "allowed"
            : status.Flag("denied") == true ? $"denied: {status.Text("reason")}{status.Text("evaluationError")}"
            : "no opinion";
    }

    private static Machine MachineOf(string name, string? node) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = "default",
            Name = name,
            Labels = node is null ? null : new Dictionary<string, string> { ["node"] = node },
        },
        Spec = new MachineSpec
        {
            NodeTemplate = new NodeTemplateSpec
            {
                Metadata = new ObjectMeta
                {
                    Labels = new Dictionary<string, string> { ["worker.gardener.cloud/gardener-node-agent-secret-name"] = "osc-1" },
                },
            },
        },
    };

    private static Pod PodOn(string name, string node) => new()
    {
        Metadata = new ObjectMeta { Namespace = "kube-system", Name = name, Annotations = new Dictionary<string, string> { ["kubernetes.io/config.mirror"] = "x" } },
        Spec = new PodSpec { NodeName = node, Containers = [new Container { Name = "c", Image = "i" }] },
    };
}

[Trait("Category", "Integration")]
public sealed class NodeAgentAuthorizerTests(NodeAgentWorld world) : IClassFixture<NodeAgentWorld>
{
    private const string Prefix = "gardener.cloud:node-agent:machine:";

    [Theory]
    [InlineData("create certificates.k8s.io/certificatesigningrequests", true)]
    [InlineData("get certificates.k8s.io/certificatesigningrequests/missing", false)]
    [InlineData("list certificates.k8s.io/certificatesigningrequests", false)]
    [InlineData("update certificates.k8s.io/certificatesigningrequests:approval/x", false)]
    [InlineData("create /events", true)]
    [InlineData("patch events.k8s.io/events/x", true)]
    [InlineData("list /events", false)]
    [InlineData("create coordination.k8s.io/leases@kube-system", true)]
    [InlineData("create coordination.k8s.io/leases@default", false)]
    [InlineData("update coordination.k8s.io/leases@kube-system/gardener-node-agent-node-a", true)]
    [InlineData("update coordination.k8s.io/leases@kube-system/osc-1", true)]
    [InlineData("get coordination.k8s.io/leases@kube-system/gardener-node-agent-node-b", false)]
    [InlineData("list coordination.k8s.io/leases@kube-system", false)]
    [InlineData("delete coordination.k8s.io/leases@kube-system/gardener-node-agent-node-a", false)]
    [InlineData("list /nodes", true)]
    [InlineData("patch /nodes/node-a", true)]
    [InlineData("patch /nodes:status/node-a", true)]
    [InlineData("patch /nodes/node-b", false)]
    [InlineData("patch /nodes:proxy/node-a", false)]
    [InlineData("delete /nodes/node-a", false)]
    [InlineData("get /pods@kube-system/pod-a", true)]
    [InlineData("delete /pods@kube-system/pod-a", true)]
    [InlineData("get /pods@kube-system/pod-b", false)]
    [InlineData("get /pods@kube-system/missing", false)]
    [InlineData("create /pods:exec@kube-system/pod-a", false)]
    [InlineData("list /pods", false)]
    [InlineData("watch /pods?spec.nodeName=node-a", true)]
    [InlineData("watch /pods?spec.nodeName=node-b", false)]
    [InlineData("list /pods?metadata.name=pod-a", false)]
    [InlineData("get /secrets@kube-system/osc-1", true)]
    [InlineData("get /secrets@kube-system/gardener-valitail", true)]
    [InlineData("watch /secrets@kube-system/for-all", true)]
    [InlineData("get /secrets@kube-system/for-a", true)]
    [InlineData("get /secrets@kube-system/for-b", false)]
    [InlineData("get /secrets@kube-system/osc-2", false)]
    [InlineData("get /secrets@default/osc-1", false)]
    [InlineData("get /secrets@kube-system/shoot-access-cluster-admin", false)]
    [InlineData("list /secrets@kube-system", false)]
    [InlineData("list /configmaps@kube-system", false)]
    [InlineData("get apps/deployments@kube-system/x", false)]
    public async Task An_agent_may_do_what_its_own_node_needs(string request, bool allowed)
    {
        var answer = await world.AskAsync(Prefix + "machine-a", About(request));

        (answer == "allowed").ShouldBe(allowed, answer);
        (await world.AskAsync(Prefix + "machine-a", About(request), isBeta: true)).ShouldBe(answer);
        if (!allowed)
        {
            answer.ShouldStartWith("denied: ");
            answer.Length.ShouldBeGreaterThan("denied: ".Length);
        }
    }

    [Theory]
    [InlineData("booting", "get /secrets@kube-system/osc-1", "allowed")]
    [InlineData("booting", "get /secrets@kube-system/for-a", "allowed")]
    [InlineData("booting", "list /nodes", "allowed")]
    [InlineData("booting", "patch /nodes/node-a", "denied: Machine default/booting has no node yet (label node)")]
    [InlineData("nothing", "patch /nodes/node-a", "denied: there is no Machine default/nothing")]
    [InlineData("nothing", "get /secrets@kube-system/osc-1", "denied: this agent may read Secrets gardener-valitail, gardener-opentelemetry-collector in namespace kube-system only")]
    [InlineData("", "list /nodes", "denied: user \"gardener.cloud:node-agent:machine:\" names no machine")]
    public async Task An_agent_whose_node_is_not_there_yet_reads_its_configuration(string machine, string request, string expected) =>
        (await world.AskAsync(Prefix + machine, About(request))).ShouldBe(expected);

    [Theory]
    [InlineData("node-a", "patch /nodes/node-a", true)]
    [InlineData("node-a", "patch /nodes/node-b", false)]
    [InlineData("node-a", "get /secrets@kube-system/osc-1", true)]
    [InlineData("node-a", "get /secrets@kube-system/osc-2", false)]
    [InlineData("node-a", "get /secrets@kube-system/shoot-access-cluster-admin", true)]
    [InlineData("new", "get /secrets@kube-system/osc-2", true)]
    [InlineData("new", "get /secrets@kube-system/for-b", true)]
    [InlineData("new", "patch /nodes/node-a", false)]
    public async Task Without_machines_agents_have_the_names_of_their_nodes(string node, string request, bool allowed) =>
        ((await world.AskAsync(Prefix + node, About(request), isHosted: false)) == "allowed").ShouldBe(allowed);

    [Theory]
    [InlineData("system:node:node-a", "gardener.cloud:node-agents")]
    [InlineData("gardener.cloud:node-agent:machine:machine-a", "other")]
    [InlineData("", "gardener.cloud:node-agents")]
    public async Task It_has_no_opinion_on_others(string user, string group) =>
        (await world.AskAsync(user, About("get /nodes/node-a"), group: group)).ShouldBe("no opinion");

    [Fact]
    public async Task Paths_are_not_for_agents() =>
        (await world.AskAsync(Prefix + "machine-a", new JsonObject { ["path"] = "/metrics", ["verb"] = "get" }))
            .ShouldBe("denied: the agent of a node may use resources only");

    // verb group/resource[:subresource][@namespace][/name][?field=value]
    private static JsonObject About(string text)
    {
        var (verb, rest) = Split(text, ' ');
        var (where, fields) = Split(rest!, '?');
        var (group, what) = Split(where, '/');
        var (first, name) = Split(what!, '/');
        var (whole, @namespace) = Split(first, '@');
        var (resource, subresource) = Split(whole, ':');
        var about = new JsonObject { ["verb"] = verb, ["group"] = group, ["resource"] = resource };
        foreach (var (field, value) in new[] { ("subresource", subresource), ("namespace", @namespace), ("name", name) })
        {
            if (value is not null)
            {
                about[field] = value;
            }
        }

        if (fields is not null)
        {
            var (key, value) = Split(fields, '=');
            about["fieldSelector"] = new JsonObject
            {
                ["requirements"] = new JsonArray(
                    new JsonObject { ["key"] = key, ["operator"] = "In", ["values"] = new JsonArray(value) }),
            };
        }

        return about;
    }

    private static (string Before, string? After) Split(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);
    }
}
