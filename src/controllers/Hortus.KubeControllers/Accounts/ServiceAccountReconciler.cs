using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Accounts;

/// <summary>Keeps a ServiceAccount <c>default</c> in every namespace: without it no pod can be created there.</summary>
internal sealed class ServiceAccountReconciler(ControllerSetup setup) : IReconciler
{
    private const string Default = "default";

    private readonly IObjectCache<Namespace> namespaces = setup.Manager.CacheOf<Namespace>();
    private readonly IObjectCache<ServiceAccount> accounts = setup.Manager.CacheOf<ServiceAccount>();

    public static void Add(ControllerSetup setup) => setup.AddController(
        "service-account",
        new ServiceAccountReconciler(setup),
        c => c.For<Namespace>()
            .Watches<ServiceAccount>(
                a => a.Metadata is { Name: Default, Namespace: { } space } ? [ObjectKey.Cluster(space)] : [],
                (_, now) => now is null));

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var wanted = new ServiceAccount { Metadata = new ObjectMeta { Namespace = key.Name, Name = Default } };
        if (namespaces.Find(key) is { } space && !space.IsDeleting() && accounts.Find(wanted.Key) is null)
        {
            await setup.Client.TryCreateAsync(wanted, cancellationToken);
        }

        return ReconcileResult.Done;
    }
}
