using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Accounts;

/// <summary>Publishes the CA of the API server as ConfigMap <c>kube-root-ca.crt</c> in every namespace, from where it
/// gets into pods.</summary>
internal sealed class RootCertificateReconciler : IReconciler
{
    private const string MapName = "kube-root-ca.crt";
    private const string FileName = "ca.crt";

    private readonly ControllerSetup setup;
    private readonly IObjectCache<Namespace> namespaces;
    private readonly IObjectCache<ConfigMap> maps;
    private readonly string bundle;

    private RootCertificateReconciler(ControllerSetup setup, string bundle)
    {
        this.setup = setup;
        this.bundle = bundle;
        namespaces = setup.Manager.CacheOf<Namespace>();
        maps = setup.Manager.CacheOf<ConfigMap>(Scope);
    }

    private static CacheScope Scope { get; } = new(FieldSelector: $"metadata.name={MapName}");

    public static void Add(ControllerSetup setup)
    {
        if (setup.Options.RootCaFile is not { } file)
        {
            return;
        }

        setup.AddController("root-ca", new RootCertificateReconciler(setup, File.ReadAllText(file)), c => c
            .For<Namespace>()
            .Watches<ConfigMap>(
                m => m.Metadata is { Name: MapName, Namespace: { } space } ? [ObjectKey.Cluster(space)] : [], null,
                    Scope));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (namespaces.Find(key) is not { } space || space.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var wanted = new ConfigMap
        {
            Metadata = new ObjectMeta
            {
                Namespace = key.Name,
                Name = MapName,
                Annotations = new Dictionary<string, string>
                {
                    ["kubernetes.io/description"] =
                        "CA certificates that verify connections to this cluster's API server.",
                },
            },
            Data = new Dictionary<string, string> { [FileName] = bundle },
        };
        if (maps.Find(wanted.Key) is not { } current)
        {
            await setup.Client.TryCreateAsync(wanted, cancellationToken);
        }
        else if (current.Data is not { Count: 1 } data || data.GetValueOrDefault(FileName) != bundle)
        {
            await setup.Client.UpdateAsync(current with { Data = wanted.Data }, cancellationToken);
        }

        return ReconcileResult.Done;
    }
}
