using System.Text;
using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.Client;
using Hortus.Components.Charts;
using Hortus.Components.Gardenlets;
using Hortus.GardenApi;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Operator.Tests.Extensions;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Scripted;
using Deployment = Hortus.Objects.Kubernetes.Deployment;

namespace Hortus.Operator.Tests.Gardenlets;

/// <summary>A virtual garden, a runtime cluster and a remote cluster as API servers of this process, and the operator's controller of
/// Gardenlets between them. Tests play the gardenlets.</summary>
public sealed class GardenletWorld : IAsyncLifetime
{
    public const string Chart = "registry.example/charts/gardenlet:v1";
    public const string KubeconfigSecret = "remote";

    private InProcessApiServer gardenServer = null!;
    private InProcessApiServer runtimeServer = null!;
    private InProcessApiServer remoteServer = null!;

    internal ChartScript Charts { get; } = new();

    public KubernetesClient Garden { get; private set; } = null!;

    public KubernetesClient Runtime { get; private set; } = null!;

    public KubernetesClient Remote { get; private set; } = null!;

    public static ObjectKey Installed { get; } = new("garden", "gardenlet");

    public static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(60));

    public async Task InitializeAsync()
    {
        using var deadline = Deadline();
        gardenServer = await InProcessApiServer.StartAloneAsync([new GardenApiPlugin(new GardenApiOptions())], deadline.Token);
        runtimeServer = await InProcessApiServer.StartAsync(deadline.Token);
        remoteServer = await InProcessApiServer.StartAsync(deadline.Token);
        (Garden, Runtime, Remote) = (gardenServer.Connect(), runtimeServer.Connect(), remoteServer.Connect());
        await Garden.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, deadline.Token);
        Charts.Offer(Chart, Render);
    }

    public async Task DisposeAsync()
    {
        Garden.Dispose();
        Runtime.Dispose();
        Remote.Dispose();
        await gardenServer.DisposeAsync();
        await runtimeServer.DisposeAsync();
        await remoteServer.DisposeAsync();
    }

    /// <summary>Clients of the same clusters whose requests pass a handler; the caller closes them.</summary>
    public KubernetesClient ConnectGarden(HttpMessageHandler handler) => Connect(gardenServer, handler);

    public KubernetesClient ConnectRuntime(HttpMessageHandler handler) => Connect(runtimeServer, handler);

    /// <summary>Starts the controller.</summary>
    internal RunningComponent StartOperator(
        IKubernetesClient? garden = null, IKubernetesClient? runtime = null, TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        return RunningComponent.Start("operator", garden ?? Garden, time, (context, token) =>
        {
            var manager = context.CreateManager();
            var seen = new GardenForGardenlets(manager.Client, manager.Events, () => "https://api.garden.example", "the authority");
            var installer = new GardenletInstaller(new ChartLoader(Charts, null), Charts, time);
            GardenletControllers.Add(manager, seen, new GardenletDeployer(seen, runtime ?? Runtime, installer, time), time);
            return manager.RunAsync(token);
        });
    }

    /// <summary>A Gardenlet, not yet created.</summary>
    public static Gardenlet NewGardenlet(string name, bool isRemote = false, string chart = Chart) => new()
    {
        Metadata = new ObjectMeta { Namespace = "garden", Name = name },
        Spec = new GardenletSpec
        {
            Deployment = new GardenletSelfDeployment
            {
                Helm = new GardenletHelm { OciRepository = new OCIRepository { Ref = chart } },
            },
            KubeconfigSecretRef = isRemote ? new LocalObjectReference { Name = KubeconfigSecret } : null,
        },
    };

    /// <summary>The Secret with a kubeconfig of the remote cluster, or with another text.</summary>
    public Task<Secret> CreateKubeconfigAsync(CancellationToken cancellationToken, string? text = null, string key = "kubeconfig") =>
        Garden.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = "garden", Name = KubeconfigSecret },
                Data = new Dictionary<string, byte[]> { [key] = Encoding.UTF8.GetBytes(text ?? remoteServer.Kubeconfig()) },
            },
            cancellationToken);

    /// <summary>What a gardenlet does first.</summary>
    public Task<Seed> RegisterAsync(string name, CancellationToken cancellationToken) => Garden.CreateAsync(
        new Seed
        {
            Metadata = new ObjectMeta { Name = name },
            Spec = new SeedSpec
            {
                Provider = new SeedProvider { Type = "local", Region = "local" },
                Networks = new SeedNetworks { Pods = "10.1.0.0/16", Services = "10.2.0.0/16" },
            },
        },
        cancellationToken);

    public static ObjectKey Key(string name) => new("garden", name);

    public static GardenerCondition? ConditionOf(Gardenlet? gardenlet) =>
        Conditions.Find(gardenlet?.Status?.Conditions, GardenerConditions.SeedRegistered);

    /// <summary>Waits for a state of the condition SeedRegistered.</summary>
    public async Task<GardenerCondition> UntilAsync(string name, string status, string text, CancellationToken cancellationToken)
    {
        var found = await Garden.UntilAsync<Gardenlet>(
            Key(name),
            g => ConditionOf(g) is { } c && c.Status == status && c.Message.Contains(text, StringComparison.Ordinal),
            cancellationToken);
        return ConditionOf(found)!;
    }

    public Task<Deployment?> UntilInstalledAsync(IKubernetesClient cluster, CancellationToken cancellationToken) =>
        cluster.UntilAsync<Deployment>(Installed, found => found is not null, cancellationToken);

    public Task<Gardenlet> PatchAsync(string name, string patch, CancellationToken cancellationToken) =>
        Garden.PatchAsync<Gardenlet>(Key(name), Patch.Merge((JsonObject)JsonNode.Parse(patch)!), cancellationToken);

    private static KubernetesClient Connect(InProcessApiServer server, HttpMessageHandler handler) => new(
        handler, new Client.ClientConnection { Server = server.Address }, new ClientOptions { UserAgent = "test" });

    // What the real chart makes, as far as the operator looks at it.
    private static string Render(ChartRelease release)
    {
        var seed = ChartScript.Value(release, "config", "seedConfig", "metadata", "name");
        var bootstrap = ChartScript.Value(release, "config", "gardenClientConnection", "bootstrapKubeconfig", "kubeconfig");
        var secret = bootstrap is null ? "" : $$"""
            ---
            apiVersion: v1
            kind: Secret
            metadata: { namespace: garden, name: gardenlet-kubeconfig-bootstrap }
            data: { kubeconfig: {{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{bootstrap}"))}} }
            """;
        return $$"""
            apiVersion: v1
            kind: ConfigMap
            metadata: { namespace: garden, name: gardenlet-configmap }
            data: { config.yaml: "seedConfig: { metadata: { name: {{seed}} } }" }
            {{secret}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              namespace: garden
              name: gardenlet
              annotations: { values: '{{release.Values["podAnnotations"]?.ToJsonString()}}' }
            spec:
              selector: { matchLabels: { app: gardenlet } }
              template:
                metadata: { labels: { app: gardenlet } }
                spec:
                  containers: [{ name: gardenlet, image: test }]
                  volumes: [{ name: gardenlet-config, configMap: { name: gardenlet-configmap } }]
            """;
    }
}
