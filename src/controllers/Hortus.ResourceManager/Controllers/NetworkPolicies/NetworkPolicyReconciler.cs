using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;
using Namespace = Hortus.Objects.Kubernetes.Namespace;

namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>Keeps the network policies of Services as ports, selectors and annotations want them.</summary>
internal sealed class NetworkPolicyReconciler : IReconciler
{
    private static readonly TimeSpan TakenDelay = TimeSpan.FromMinutes(1);
    private readonly ControllerManager manager;
    private readonly NetworkPolicySettings settings;
    private readonly IObjectCache<Service> services;
    private readonly IObjectCache<Namespace> namespaces;
    private readonly IObjectCache<Ingress>? ingresses;
    private readonly PodLabels pods;
    private readonly PolicyStore policies;
    private readonly ReverseIndex<PodLabel> waiting = new();

    private NetworkPolicyReconciler(ControllerManager manager, NetworkPolicySettings settings)
    {
        this.manager = manager;
        this.settings = settings;
        services = manager.CacheOf<Service>();
        namespaces = manager.CacheOf<Namespace>();
        ingresses = settings.Ingress is null ? null : manager.CacheOf<Ingress>();
        pods = new PodLabels(manager);
        policies = new PolicyStore(manager);
    }

    /// <summary>Adds the controller to the manager of the target cluster.</summary>
    /// <exception cref="SettingException">A flag has a value that cannot be used.</exception>
    public static void Add(ControllerSetup setup)
    {
        var settings = NetworkPolicySettings.Of(setup.Options);
        var reconciler = new NetworkPolicyReconciler(setup.Target, settings);
        setup.Target.AddController("networkpolicy", reconciler, controller =>
        {
            controller.For<Service>().Watches<Namespace>(reconciler.ServicesOf, HasMoved).From(reconciler.Connect);
            if (settings.Ingress is not null)
            {
                controller.Watches<Ingress>(IngressBackends.ServicesOf);
            }
        });
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<NetworkPolicy> wanted;
        try
        {
            wanted = Wanted(key);
        }
        catch (AnnotationException e)
        {
            // What was allowed by the last annotation that could be read stays allowed, and nothing else.
            manager.Events.Warning(
                services.Find(key)!, "InvalidAnnotation", $"the network policies of Service {key} stay as they are: {e.Message}");
            return ReconcileResult.Done;
        }

        var live = policies.Of(key).ToDictionary(p => p.Key);
        var faults = new List<string>();
        var isTaken = false;
        foreach (var policy in wanted.Where(w => !live.TryGetValue(w.Key, out var have) || !PolicyStore.IsEqual(have, w)))
        {
            await TryAsync(async () => isTaken |= !await WriteAsync(key, policy, cancellationToken), policy.Key, faults);
        }

        var keep = wanted.Select(w => w.Key).ToHashSet();
        foreach (var policy in live.Values.Where(l => !keep.Contains(l.Key)))
        {
            await TryAsync(() => policies.DeleteAsync(policy, cancellationToken), policy.Key, faults);
        }

        return faults.Count > 0 ? throw new NetworkPolicyException(string.Join("; ", faults))
            : isTaken ? ReconcileResult.After(TakenDelay)
            : ReconcileResult.Done;
    }

    private IReadOnlyCollection<NetworkPolicy> Wanted(ObjectKey key)
    {
        if (services.Find(key) is not { } service || service.Metadata.IsDeleting() || service.Spec.Selector is not { Count: > 0 }
            || namespaces.Find(ObjectKey.Cluster(key.Namespace!)) is not { } home || home.Metadata.IsDeleting()
            || !settings.Handles(home))
        {
            waiting.Set(key, []);
            return [];
        }

        var traffic = ServiceTraffic.Of(service);
        var peers = namespaces.List()
            .Where(n => !n.Metadata.IsDeleting() && (n.Key == home.Key || traffic.Namespaces.Any(s => s.Matches(n.Metadata.Labels))))
            .Select(n => n.Key.Name)
            .Order(StringComparer.Ordinal)
            .ToArray();
        var make = new ServicePolicies(service, traffic);

        // Before the labels are looked up: one that comes after the look is told of.
        waiting.Set(key, peers.SelectMany(make.LabelsIn));
        return make.Make(peers, pods.Has, IngressOf(service));
    }

    private (IngressPeer Peer, IReadOnlyList<NetworkPolicyPort> Ports)? IngressOf(Service service) =>
        settings.Ingress is { } peer && namespaces.Find(ObjectKey.Cluster(peer.Namespace)) is { } @namespace
            && !@namespace.Metadata.IsDeleting()
            ? (peer, IngressBackends.PortsOf(service, ingresses!.List(service.Metadata.Namespace)))
            : null;

    private async Task<bool> WriteAsync(ObjectKey key, NetworkPolicy policy, CancellationToken cancellationToken)
    {
        if (await policies.WriteAsync(
            policy, other => other != key && services.Find(other) is not null, cancellationToken) is not { } owner)
        {
            return true;
        }

        manager.Events.Warning(
            services.Find(key)!, "PolicyNameTaken", $"NetworkPolicy {policy.Key} belongs to Service {owner}; rename one of the Services");
        return false;
    }

    private static async Task TryAsync(Func<Task> act, ObjectKey policy, List<string> faults)
    {
        try
        {
            await act();
        }
        catch (ApiException e)
        {
            faults.Add($"NetworkPolicy {policy}: {e.Message}");
        }
    }

    private void Connect(Action<ObjectKey> enqueue)
    {
        policies.Changed = enqueue;
        pods.Changed = label =>
        {
            foreach (var service in waiting.UsersOf(label))
            {
                enqueue(service);
            }
        };
    }

    private IEnumerable<ObjectKey> ServicesOf(Namespace @namespace)
    {
        foreach (var service in services.List())
        {
            var isConcerned = service.Metadata.Namespace == @namespace.Metadata.Name
                || @namespace.Metadata.Name == settings.Ingress?.Namespace
                || Selects(service, @namespace);
            if (isConcerned)
            {
                yield return service.Key;
            }
        }
    }

    private static bool Selects(Service service, Namespace @namespace)
    {
        try
        {
            return service.Metadata.Annotation(Hortus.Objects.Gardener.Resources.NetworkingNames.NamespaceSelectors) is not null
                && ServiceTraffic.Of(service).Namespaces.Any(s => s.Matches(@namespace.Metadata.Labels));
        }
        catch (AnnotationException)
        {
            return false;
        }
    }

    private static bool HasMoved(Namespace? old, Namespace? current) =>
        old is null || current is null || old.Metadata.IsDeleting() != current.Metadata.IsDeleting()
        || !(old.Metadata.Labels ?? new Dictionary<string, string>()).ToHashSet()
            .SetEquals(current.Metadata.Labels ?? new Dictionary<string, string>());
}
