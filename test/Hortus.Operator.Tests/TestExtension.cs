using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Operator.Tests.Extensions;
using Hortus.Testing;

namespace Hortus.Operator.Tests;

/// <summary>An extension of type local for the garden, at work in a runtime cluster: it does what the contract asks and writes down
/// what it was asked for.</summary>
internal sealed class TestExtension : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private TestExtension(IKubernetesClient runtime)
    {
        var manager = TestManagers.NewManager(runtime, TimeProvider.System);
        Add<BackupBucket>("backupbucket", (bucket, status) => bucket.ExtensionStatus is BackupBucketStatus before
            ? before with { GeneratedSecretRef = Generated, ProviderStatus = status }
            : null);
        Add<BackupEntry>("backupentry", (_, _) => null);
        Add<DNSRecord>("dnsrecord", (_, _) => null);
        foreach (var type in new[] { "early", "late", "always", "test" })
        {
            AddType<Extension>("extension-" + type, type, (_, _) => null);
        }

        running = manager.RunAsync(stop.Token);

        void Add<T>(string name, Func<T, System.Text.Json.JsonElement?, DefaultStatus?> result) where T : ExtensionObject =>
            AddType(name, "local", result);

        void AddType<T>(string name, string type, Func<T, System.Text.Json.JsonElement?, DefaultStatus?> result) where T : ExtensionObject =>
            manager.AddExtension(
                new ExtensionController<T>(name, type, new Actuator<T>(this, value => result(value, ProviderStatus)))
                {
                    Classes = ExtensionClasses.Parse([ExtensionClass.Garden]),
                },
                TimeProvider.System);
    }

    /// <summary>What it was asked for, in order: <c>reconcile DNSRecord api-garden-example-local</c>.</summary>
    public ConcurrentQueue<string> Trace { get; } = new();

    /// <summary>Called at each request.</summary>
    public Func<ExtensionObject, CancellationToken, Task> OnRequest { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What it reports as credentials made for a bucket.</summary>
    public Objects.Kubernetes.SecretReference? Generated { get; set; }

    /// <summary>What it reports of a bucket.</summary>
    public System.Text.Json.JsonElement? ProviderStatus { get; set; }

    /// <summary>Puts it to work.</summary>
    public static TestExtension Start(IKubernetesClient runtime) => new(runtime);

    /// <summary>Lets the operator of a world install it.</summary>
    /// <param name="world">The world.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="more">Further resources in YAML, each after a comma.</param>
    public static async Task OfferAsync(OperatorWorld world, CancellationToken cancellationToken, string more = "")
    {
        world.Charts = new ChartScript();
        world.Charts.Offer(ExtensionWorld.Chart, release =>
            $"{{ apiVersion: v1, kind: ConfigMap, metadata: {{ namespace: {release.Namespace}, name: installed }} }}");
        await world.Runtime.CreateAsync(
            ExtensionWorld.NewExtension("provider-local", $$"""
                resources: [{ kind: BackupBucket, type: local }, { kind: BackupEntry, type: local }, { kind: DNSRecord, type: local }{{more}}]
                deployment: { extension: { helm: { ociRepository: { ref: "{{ExtensionWorld.Chart}}" } } } }
                """),
            cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        stop.Dispose();
    }

    private sealed class Actuator<T>(TestExtension owner, Func<T, DefaultStatus?> result) : IActuator<T> where T : ExtensionObject
    {
        public async Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<T> request, CancellationToken cancellationToken)
        {
            await owner.OnRequest(request.Object, cancellationToken);
            owner.Trace.Enqueue($"reconcile {typeof(T).Name} {request.Object.Metadata.Name}");
            return result(request.Object);
        }

        public async Task DeleteAsync(ActuatorRequest<T> request, CancellationToken cancellationToken)
        {
            await owner.OnRequest(request.Object, cancellationToken);
            owner.Trace.Enqueue($"delete {typeof(T).Name} {request.Object.Metadata.Name}");
        }
    }
}
