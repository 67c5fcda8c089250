using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Network;

/// <summary>Publishes the pods behind each Service that has a selector, as Endpoints and as EndpointSlices.</summary>
internal sealed class EndpointsReconciler : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<Service> services;
    private readonly IObjectCache<Pod> pods;
    private readonly IObjectCache<Endpoints> endpoints;
    private readonly IObjectCache<EndpointSlice> slices;

    private EndpointsReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        services = setup.Manager.CacheOf<Service>();
        pods = setup.Manager.CacheOf<Pod>();
        endpoints = setup.Manager.CacheOf<Endpoints>();
        slices = setup.Manager.CacheOf<EndpointSlice>();
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new EndpointsReconciler(setup);
        setup.AddController("endpoints", reconciler, c => c
            .For<Service>()
            .Watches<Pod>(reconciler.ServicesOf, ChangesBackends)
            .Watches<Endpoints>(e => [e.Key], (_, now) => now is null || EndpointsPlan.IsOurs(now))
            .Watches<EndpointSlice>(ServiceOf)
            .WithConcurrency(8));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var service = services.Find(key);
        if (service is null || service.IsDeleting() || service.Spec.Selector is not { Count: > 0 } ||
            service.Spec.Type == "ExternalName")
        {
            await WithdrawAsync(key, cancellationToken);
            return ReconcileResult.Done;
        }

        var backends = EndpointsPlan.Backends(service, pods.List(key.Namespace));
        await Task.WhenAll(
            PublishAsync(EndpointsPlan.Endpoints(service, backends), cancellationToken),
            PublishAsync(key, EndpointsPlan.Slices(service, backends), cancellationToken));
        return ReconcileResult.Done;
    }

    private static bool ChangesBackends(Pod? old, Pod? now) =>
        old is null || now is null || old.Status.PodIP != now.Status.PodIP || old.IsReady() != now.IsReady() ||
        old.IsFinished() != now.IsFinished() || old.IsDeleting() != now.IsDeleting() ||
        !(old.Metadata.Labels ?? new Dictionary<string, string>()).OrderBy(l => l.Key, StringComparer.Ordinal)
            .SequenceEqual((now.Metadata.Labels ?? new Dictionary<string, string>()).OrderBy(
                l => l.Key, StringComparer.Ordinal));

    private static IEnumerable<ObjectKey> ServiceOf(EndpointSlice slice) =>
        slice.Label(EndpointsPlan.ManagedByLabel) == EndpointsPlan.ManagedByUs &&
        slice.Label(EndpointsPlan.ServiceLabel) is { } name
            ? [new ObjectKey(slice.Metadata.Namespace, name)]
            : [];

    private IEnumerable<ObjectKey> ServicesOf(Pod pod) =>
        services.List(pod.Metadata.Namespace)
            .Where(s => s.Spec.Selector is { Count: > 0 } selector &&
                selector.All(l => pod.Label(l.Key) == l.Value))
            .Select(s => s.Key);

    private IEnumerable<EndpointSlice> SlicesOf(ObjectKey key) =>
        slices.List(key.Namespace).Where(s => ServiceOf(s).Contains(key));

    private async Task PublishAsync(Endpoints wanted, CancellationToken cancellationToken)
    {
        if (endpoints.Find(wanted.Key) is not { } current)
        {
            await setup.Client.TryCreateAsync(wanted, cancellationToken);
        }
        else if (!Canonical.Same(Content(current), Content(wanted)) || !HasLabels(current, wanted))
        {
            await setup.Client.UpdateAsync(
                current with
                {
                    Metadata = current.Metadata with { Labels = wanted.Metadata.Labels },
                    Subsets = wanted.Subsets,
                },
                cancellationToken);
        }
    }

    private async Task PublishAsync(
        ObjectKey key, IReadOnlyList<EndpointSlice> wanted, CancellationToken cancellationToken)
    {
        foreach (var slice in wanted)
        {
            if (slices.Find(slice.Key) is not { } current)
            {
                await setup.Client.TryCreateAsync(slice, cancellationToken);
            }
            else if (!Canonical.Same(Content(current), Content(slice)) || !HasLabels(current, slice))
            {
                await setup.Client.UpdateAsync(
                    current with
                    {
                        Metadata = current.Metadata with
                        {
                            Labels = slice.Metadata.Labels,
                            OwnerReferences = slice.Metadata.OwnerReferences,
                        },
                        Endpoints = slice.Endpoints,
                        Ports = slice.Ports,
                    },
                    cancellationToken);
            }
        }

        var names = wanted.Select(s => s.Key).ToHashSet();
        foreach (var old in SlicesOf(key).Where(s => !names.Contains(s.Key)).ToList())
        {
            await setup.Client.DeleteExactlyAsync(old, cancellationToken);
        }
    }

    private async Task WithdrawAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (endpoints.Find(key) is { } old && EndpointsPlan.IsOurs(old))
        {
            await setup.Client.DeleteExactlyAsync(old, cancellationToken);
        }

        foreach (var slice in SlicesOf(key).ToList())
        {
            await setup.Client.DeleteExactlyAsync(slice, cancellationToken);
        }
    }

    private static bool HasLabels(KubernetesObject current, KubernetesObject wanted) =>
        (wanted.Metadata.Labels ?? new Dictionary<string, string>()).All(l => current.Label(l.Key) == l.Value);

    private static Endpoints Content(Endpoints value) => new() { Subsets = value.Subsets ?? [] };

    private static EndpointSlice Content(EndpointSlice value) => new()
    {
        Metadata = new ObjectMeta { OwnerReferences = value.Metadata.OwnerReferences },
        AddressType = value.AddressType,
        Endpoints = value.Endpoints,
        Ports = value.Ports ?? [],
    };
}
