using System.Net;
using System.Text;
using Hortus.Client;
using Hortus.Components.Webhooks;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing.Scripted;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator.Tests.Extensions;

/// <summary>The clusters of an operator with a scripted registry, for tests of Extensions.</summary>
internal sealed class ExtensionWorld : IAsyncDisposable
{
    public const string Chart = "registry.example/test:1";
    public const string AdmissionRuntimeChart = "registry.example/admission-runtime:1";
    public const string AdmissionVirtualChart = "registry.example/admission-virtual:1";

    /// <summary>A chart with a workload.</summary>
    public const string Workload = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { namespace: NAMESPACE, name: controller }
        spec:
          selector: { matchLabels: { app: controller } }
          template:
            metadata: { labels: { app: controller } }
            spec: { containers: [{ name: controller, image: test }] }
        """;

    private readonly OperatorWorld clusters;
    private readonly TestExtension extension;
    private RunningComponent? running;

    private ExtensionWorld(OperatorWorld clusters)
    {
        this.clusters = clusters;

        // Does what the charts' workloads would do.
        extension = TestExtension.Start(clusters.Runtime);
        foreach (var chart in new[] { Chart, AdmissionRuntimeChart })
        {
            Charts.Offer(chart, release => Workload.Replace("NAMESPACE", release.Namespace, StringComparison.Ordinal));
        }

        Charts.Offer(AdmissionVirtualChart, _ =>
            "{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: extension-admission }, rules: [] }");
    }

    public ChartScript Charts { get; } = new();

    public IKubernetesClient Runtime => clusters.Runtime;

    public IKubernetesClient Garden => clusters.Garden;

    public OperatorWorld Clusters => clusters;

    /// <summary>Clusters without operator and Garden.</summary>
    public static async Task<ExtensionWorld> StartAsync(CancellationToken cancellationToken) =>
        new(await OperatorWorld.StartAsync(cancellationToken));

    /// <summary>Clusters with an operator and a Garden that it has reconciled.</summary>
    public static async Task<ExtensionWorld> WithGardenAsync(CancellationToken cancellationToken)
    {
        var world = await StartAsync(cancellationToken);
        world.StartOperator();
        await world.Runtime.CreateAsync(OperatorWorld.NewGarden(), cancellationToken);
        await world.clusters.UntilSucceededAsync(cancellationToken);
        return world;
    }

    /// <summary>Starts an operator.</summary>
    /// <param name="withWebhooks">Whether it serves its webhooks, over TLS on loopback.</param>
    /// <param name="change">Makes another component of it.</param>
    public void StartOperator(bool withWebhooks = false, Func<OperatorComponent, OperatorComponent>? change = null)
    {
        var component = new OperatorComponent
        {
            Access = (_, _) => new Access(Garden),
            Puller = Charts,
            Renderer = Charts,
            Endpoint = withWebhooks ? Loopback : null,
        };
        running = RunningComponent.Start("operator", clusters.RuntimeAsOperator, TimeProvider.System, (context, token) =>
            (change?.Invoke(component) ?? component).RunAsync(new OperatorOptions(), context, token));
    }

    public async Task StopOperatorAsync()
    {
        if (running is not null)
        {
            await running.DisposeAsync();
            running = null;
        }
    }

    /// <summary>An Extension from the YAML of its spec.</summary>
    public static Extension NewExtension(string name, string spec) => KubernetesJson.Deserialize<Extension>(KubernetesYaml.Parse(
        $"{{ apiVersion: operator.gardener.cloud/v1alpha1, kind: Extension, metadata: {{ name: {name} }} }}")) with
    {
        Spec = KubernetesJson.Deserialize<ExtensionSpec>(KubernetesYaml.Parse(spec)),
    };

    /// <summary>An Extension that every garden needs.</summary>
    public static Extension ForGarden(string name = "test") => NewExtension(name, $$"""
        resources:
        - { kind: Extension, type: {{name}}, autoEnable: [garden, shoot], clusterCompatibility: [garden, shoot] }
        - { kind: DNSRecord, type: {{name}} }
        deployment:
          extension: { helm: { ociRepository: { ref: "{{Chart}}" } } }
        """);

    /// <summary>An Extension that no garden needs.</summary>
    public static Extension ForShoots(string name = "test") => NewExtension(name, $$"""
        resources: [{ kind: DNSRecord, type: {{name}} }]
        deployment:
          extension: { helm: { ociRepository: { ref: "{{Chart}}" } } }
        """);

    public Task<Extension?> UntilInstalledAsync(string name, CancellationToken cancellationToken) =>
        UntilAsync(name, ExtensionConditions.Installed, ExtensionReasons.ReconcileSuccessful, cancellationToken);

    /// <summary>Waits for a reason of a condition.</summary>
    public Task<Extension?> UntilAsync(string name, string condition, string reason, CancellationToken cancellationToken) =>
        Runtime.UntilAsync<Extension>(
            ObjectKey.Cluster(name), found => ConditionOf(found, condition)?.Reason == reason, cancellationToken);

    /// <summary>Waits for a text in the message of a condition.</summary>
    public Task<Extension?> UntilSaysAsync(
        string name, string text, CancellationToken cancellationToken, string condition = ExtensionConditions.Installed) =>
        Runtime.UntilAsync<Extension>(
            ObjectKey.Cluster(name),
            found => ConditionOf(found, condition)?.Message.Contains(text, StringComparison.Ordinal) == true,
            cancellationToken);

    public static GardenerCondition? ConditionOf(Extension? extension, string type) =>
        Conditions.Find(extension?.Status?.Conditions, type);

    /// <summary>A Secret of the namespace garden.</summary>
    public Task<Secret> CreateSecretAsync(string name, string? role, string key, string value, CancellationToken cancellationToken) =>
        Runtime.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta
                {
                    Namespace = VirtualGardenNames.Namespace,
                    Name = name,
                    Labels = role is null ? null : new Dictionary<string, string> { [GardenerLabels.Role] = role },
                },
                Data = new Dictionary<string, byte[]> { [key] = Encoding.UTF8.GetBytes(value) },
            },
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopOperatorAsync();
        await extension.DisposeAsync();
        await clusters.DisposeAsync();
    }

    private static WebhookEndpoint Loopback { get; } = new(
        new IPEndPoint(IPAddress.Loopback, 0),
        ["127.0.0.1"],
        (port, path) => new WebhookClientConfig { Url = $"https://127.0.0.1:{port}{path}" });

    private sealed class Access(IKubernetesClient client) : IVirtualGardenAccess
    {
        public Task<IKubernetesClient> ConnectAsync(VirtualGardenAuthorities authorities, CancellationToken cancellationToken) =>
            Task.FromResult(client);
    }
}
