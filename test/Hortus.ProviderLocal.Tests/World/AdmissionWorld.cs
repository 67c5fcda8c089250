using System.Net;
using Hortus.Client;
using Hortus.Components.Webhooks;
using Hortus.GardenApi;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.ProviderLocal.Admission;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Scripted;

namespace Hortus.ProviderLocal.Tests.World;

/// <summary>A runtime cluster and a garden as real API servers, with the admission at work: the garden asks it over TLS.</summary>
internal sealed class AdmissionWorld : IAsyncDisposable
{
    /// <summary>With it the webhook configurations go.</summary>
    public const string Owner = "extension-provider-local";

    private readonly InProcessApiServer runtimeServer;
    private readonly InProcessApiServer gardenServer;
    private readonly KubernetesClient runtime;
    private readonly KubernetesClient garden;
    private readonly RunningComponent admission;

    private AdmissionWorld(InProcessApiServer runtimeServer, InProcessApiServer gardenServer)
    {
        this.runtimeServer = runtimeServer;
        this.gardenServer = gardenServer;
        runtime = runtimeServer.Connect();
        garden = gardenServer.Connect();
        var component = new AdmissionLocalComponent { Garden = garden, Endpoint = Loopback };
        admission = RunningComponent.Start("admission-local", runtime, TimeProvider.System, (context, token) =>
            component.RunAsync(new AdmissionLocalOptions { WebhookConfigOwnerNamespace = Owner }, context, token));
    }

    public static ObjectKey Configuration { get; } = ObjectKey.Cluster(AdmissionLocalComponent.ServiceName);

    public IKubernetesClient Garden => garden;

    public IKubernetesClient Runtime => runtime;

    public static async Task<AdmissionWorld> StartAsync(CancellationToken cancellationToken)
    {
        var world = new AdmissionWorld(
            await InProcessApiServer.StartAsync(cancellationToken),
            await InProcessApiServer.StartAloneAsync([new GardenApiPlugin(new GardenApiOptions())], cancellationToken));
        await world.runtime.CreateAsync(NamespaceOf(GardenerNames.GardenNamespace), cancellationToken);
        return world;
    }

    /// <summary>Starts one whose webhooks are asked.</summary>
    public static async Task<AdmissionWorld> AskedAsync(CancellationToken cancellationToken)
    {
        var world = await StartAsync(cancellationToken);
        await world.garden.CreateAsync(NamespaceOf(Owner), cancellationToken);
        await world.garden.UntilAsync<ValidatingWebhookConfiguration>(Configuration, found => found is not null, cancellationToken);

        // API servers hear of configurations a moment later.
        while (await world.TryAsync(ProfileWith("""{"kind":"Other"}"""), cancellationToken) is null)
        {
            await Task.Yield();
        }

        return world;
    }

    public static Namespace NamespaceOf(string name) => new() { Metadata = new ObjectMeta { Name = name } };

    /// <summary>A CloudProfile of type local with image local 1.0.0 and a configuration.</summary>
    public static CloudProfile ProfileWith(string? config, string type = "local", string name = "local") =>
        KubernetesJson.Deserialize<CloudProfile>(KubernetesYaml.Parse($$"""
            apiVersion: core.gardener.cloud/v1beta1
            kind: CloudProfile
            metadata: { name: {{name}} }
            spec:
              type: {{type}}
              kubernetes: { versions: [{ version: 1.35.4 }] }
              machineImages:
              - { name: local, updateStrategy: major, versions: [{ version: 1.0.0, cri: [{ name: containerd }], architectures: [amd64] }] }
              machineTypes: [{ name: local, architecture: amd64, cpu: "2", gpu: "0", memory: 8Gi, usable: true }]
              regions: [{ name: local }]
              providerConfig: {{config ?? "null"}}
            """));

    /// <summary>Rehearses the creation of a profile; what the answer objects to, or null.</summary>
    public async Task<ApiException?> TryAsync(CloudProfile profile, CancellationToken cancellationToken)
    {
        try
        {
            await garden.Rehearsal.CreateAsync(ResourceKind.Of<CloudProfile>(), KubernetesJson.ToNode(profile), cancellationToken);
            return null;
        }
        catch (ApiException e)
        {
            return e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await admission.DisposeAsync();
        runtime.Dispose();
        garden.Dispose();
        await gardenServer.DisposeAsync();
        await runtimeServer.DisposeAsync();
    }

    private static WebhookEndpoint Loopback { get; } = new(
        new IPEndPoint(IPAddress.Loopback, 0),
        ["127.0.0.1"],
        (port, path) => new WebhookClientConfig { Url = $"https://127.0.0.1:{port}{path}" });
}
