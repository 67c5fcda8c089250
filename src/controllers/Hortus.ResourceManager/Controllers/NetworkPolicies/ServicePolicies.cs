using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>Makes the network policies of one Service. Pure.</summary>
/// <param name="service">The Service; it has a selector.</param>
/// <param name="traffic">Its annotations.</param>
internal sealed class ServicePolicies(Service service, ServiceTraffic traffic)
{
    private const string NamespaceName = "kubernetes.io/metadata.name";
    private const string Description = "gardener.cloud/description";
    private readonly string home = service.Metadata.Namespace ?? "";
    private readonly string name = service.Metadata.Name ?? "";
    private readonly Dictionary<ObjectKey, NetworkPolicy> policies = [];

    private LabelSelector Targets => new() { MatchLabels = service.Spec.Selector };

    /// <summary>The labels that pods of a namespace may have to talk to the Service.</summary>
    public IEnumerable<PodLabel> LabelsIn(string @namespace) => Passages(@namespace).Select(p => p.Label).Distinct();

    /// <summary>All policies of the Service.</summary>
    /// <param name="namespaces">Namespaces that may talk to it.</param>
    /// <param name="isUsed">Whether a pod has a label; nobody needs a policy for pods that are not there.</param>
    /// <param name="ingress">The ingress controller's pods and the ports that Ingresses expose to them.</param>
    public IReadOnlyCollection<NetworkPolicy> Make(
        IEnumerable<string> namespaces,
        Func<PodLabel, bool> isUsed,
        (IngressPeer Peer, IReadOnlyList<NetworkPolicyPort> Ports)? ingress)
    {
        foreach (var passage in namespaces.SelectMany(Passages).Where(p => isUsed(p.Label)))
        {
            var from = passage.Label.Namespace;
            AddPair(
                new Side(from, new LabelSelector
                {
                    MatchLabels = new Dictionary<string, string> { [passage.Label.Key] = NetworkingNames.Allowed },
                }),
                passage.Port,
                $"ingress-to-{passage.Id}{(from == home ? "" : $"-from-{from}")}",
                $"egress-to-{(from == home ? "" : home + "-")}{passage.Id}");
        }

        if (traffic.World is { } ports)
        {
            AddFromWorld(ports);
        }

        foreach (var port in ingress?.Ports ?? [])
        {
            var peer = ingress!.Value.Peer;
            var id = IdOf(port);
            AddPair(
                new Side(peer.Namespace, peer.Pods),
                port,
                $"ingress-to-{id}-from-ingress-controller",
                $"egress-to-{(peer.Namespace == home ? "" : home + "-")}{id}-from-ingress-controller");
        }

        return policies.Values;
    }

    private IEnumerable<Passage> Passages(string @namespace)
    {
        var where = @namespace == home ? "" : (traffic.NamespaceAlias ?? home) + "-";
        foreach (var port in ServiceTraffic.PortsOf(service))
        {
            var id = IdOf(port);
            yield return new Passage(id, port, new PodLabel(@namespace, NetworkingNames.To(where + id)));
        }

        foreach (var (alias, port) in traffic.Aliases)
        {
            yield return new Passage($"{IdOf(port)}-via-{alias}", port, new PodLabel(@namespace, NetworkingNames.To(where + alias)));
        }
    }

    private void AddPair(Side peer, NetworkPolicyPort port, string ingress, string egress)
    {
        var isNear = peer.Namespace == home;
        var what = $"port {port.Port} ({port.Protocol}) of the pods of Service {home}/{name}";
        var who = $"pods with the label {LabelSelectorMatcher.From(peer.Pods)} in namespace {peer.Namespace}";
        Add(home, ingress, $"lets {who} talk to {what}", new NetworkPolicySpec
        {
            PodSelector = Targets,
            PolicyTypes = ["Ingress"],
            Ingress =
            [
                new NetworkPolicyIngressRule
                {
                    From = [new NetworkPolicyPeer { PodSelector = peer.Pods, NamespaceSelector = isNear ? null : Only(peer.Namespace) }],
                    Ports = [port],
                },
            ],
        });
        Add(peer.Namespace, egress, $"lets {who} talk to {what}", new NetworkPolicySpec
        {
            PodSelector = peer.Pods,
            PolicyTypes = ["Egress"],
            Egress =
            [
                new NetworkPolicyEgressRule
                {
                    To = [new NetworkPolicyPeer { PodSelector = Targets, NamespaceSelector = isNear ? null : Only(home) }],
                    Ports = [port],
                },
            ],
        });
    }

    private void AddFromWorld(IReadOnlyList<NetworkPolicyPort> ports)
    {
        var which = ports.Count == 0 ? "all ports" : "ports " + string.Join(", ", ports.Select(p => $"{p.Port} ({p.Protocol})"));
        Add(home, $"ingress-to-{name}-from-world", $"lets everybody talk to {which} of the pods of Service {home}/{name}",
            new NetworkPolicySpec
            {
                PodSelector = Targets,
                PolicyTypes = ["Ingress"],
                Ingress = [new NetworkPolicyIngressRule { Ports = ports.Count == 0 ? null : ports }],
            });
    }

    private void Add(string @namespace, string policy, string description, NetworkPolicySpec spec)
    {
        var key = new ObjectKey(@namespace, policy);
        policies.TryAdd(key, new NetworkPolicy
        {
            Metadata = new ObjectMeta
            {
                Namespace = @namespace,
                Name = policy,
                Labels = new Dictionary<string, string>
                {
                    [NetworkingNames.ServiceName] = name,
                    [NetworkingNames.ServiceNamespace] = home,
                },
                Annotations = new Dictionary<string, string> { [Description] = description },
            },
            Spec = spec,
        });
    }

    private string IdOf(NetworkPolicyPort port) => $"{name}-{port.Protocol!.ToLowerInvariant()}-{port.Port}";

    private static LabelSelector Only(string @namespace) =>
        new() { MatchLabels = new Dictionary<string, string> { [NamespaceName] = @namespace } };

    private readonly record struct Side(string Namespace, LabelSelector Pods);

    private readonly record struct Passage(string Id, NetworkPolicyPort Port, PodLabel Label);
}
