using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Network;

/// <summary>A port of a service as a pod serves it; the number is null when the service has no ports.</summary>
internal sealed record ServedPort(string? Name, int Port, string Protocol, string? AppProtocol);

/// <summary>A pod behind a service.</summary>
internal sealed record Backend(Pod Pod, string Address, bool Ready, bool Serving, IReadOnlyList<ServedPort> Ports)
{
    public bool Terminating => Pod.IsDeleting();

    public string PortsKey => string.Join(';', Ports.Select(p => $"{p.Name}/{p.Port}/{p.Protocol}/{p.AppProtocol}"));

    public ObjectReference Reference => new()
    {
        Kind = "Pod",
        Namespace = Pod.Metadata.Namespace,
        Name = Pod.Metadata.Name,
        Uid = Pod.Metadata.Uid,
    };

    /// <summary>The pod's name in the service's domain; null when it has none there.</summary>
    public string? HostnameIn(Service service) =>
        Pod.Spec.Hostname is { Length: > 0 } host && Pod.Spec.Subdomain == service.Metadata.Name ? host : null;
}

/// <summary>What stands behind a Service, without I/O.</summary>
internal static class EndpointsPlan
{
    public const string ServiceLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string ManagedByUs = "endpointslice-controller.k8s.io";
    private const string EndpointsManagedBy = "endpoints.kubernetes.io/managed-by";
    private const string EndpointsManagedByUs = "endpoint-controller";
    private const string HeadlessLabel = "service.kubernetes.io/headless";

    // As many as upstream puts into one slice and into one Endpoints object.
    private const int SliceMax = 100;
    private const int EndpointsMax = 1000;

    public static bool IsHeadless(Service service) => service.Spec.ClusterIP == "None";

    public static bool IsOurs(Endpoints endpoints) => endpoints.Label(EndpointsManagedBy) == EndpointsManagedByUs;

    /// <summary>The pods that the service selects and that have an address.</summary>
    public static IReadOnlyList<Backend> Backends(Service service, IEnumerable<Pod> pods)
    {
        var selector = LabelSelectorMatcher.FromLabels(service.Spec.Selector ?? new Dictionary<string, string>());
        var unready = service.Spec.PublishNotReadyAddresses == true;
        return
        [
            .. from pod in pods
               where selector.Matches(pod.Metadata.Labels) && !pod.IsFinished() &&
                   !string.IsNullOrEmpty(pod.Status.PodIP)
               orderby pod.Metadata.Name
               select new Backend(
                   pod,
                   pod.Status.PodIP!,
                   unready || (pod.IsReady() && !pod.IsDeleting()),
                   unready || pod.IsReady(),
                   Ports(service, pod)),
        ];
    }

    /// <summary>The Endpoints object; pods that are being deleted are left out.</summary>
    public static Endpoints Endpoints(Service service, IReadOnlyList<Backend> backends)
    {
        var kept = backends.Where(b => !b.Terminating || service.Spec.PublishNotReadyAddresses == true)
            .Where(b => b.Ports.Count > 0 || HasNoPorts(service)).Take(EndpointsMax);
        return new Endpoints
        {
            Metadata = new ObjectMeta
            {
                Name = service.Metadata.Name,
                Namespace = service.Metadata.Namespace,
                Labels = Labels(service).With(EndpointsManagedBy, EndpointsManagedByUs),
            },
            Subsets = [.. kept.GroupBy(b => b.PortsKey).OrderBy(g => g.Key, StringComparer.Ordinal).Select(
                g => Subset(service, g))],
        };
    }

    /// <summary>The slices, each for one set of ports.</summary>
    public static IReadOnlyList<EndpointSlice> Slices(Service service, IReadOnlyList<Backend> backends)
    {
        var slices = new List<EndpointSlice>();
        foreach (var group in backends.Where(b => b.Ports.Count > 0 || HasNoPorts(service)).GroupBy(b => b.PortsKey))
        {
            foreach (var (index, chunk) in group.Chunk(SliceMax).Index())
            {
                slices.Add(Slice(service, chunk, $"{group.Key}#{index}"));
            }
        }

        // Without backends one empty slice says that the service is known and has none.
        return slices.Count > 0 ? slices : [Slice(service, [], "none")];
    }

    private static bool HasNoPorts(Service service) => service.Spec.Ports is not { Count: > 0 };

    private static IReadOnlyDictionary<string, string> Labels(Service service)
    {
        var labels = service.Metadata.Labels ?? new Dictionary<string, string>();
        return IsHeadless(service) ? labels.With(HeadlessLabel, "") : labels;
    }

    private static EndpointSubset Subset(Service service, IGrouping<string, Backend> group)
    {
        var ready = group.Where(b => b.Ready).Select(b => Address(service, b)).ToList();
        var unready = group.Where(b => !b.Ready).Select(b => Address(service, b)).ToList();
        var ports = group.First().Ports;
        return new EndpointSubset
        {
            Addresses = ready.Count > 0 ? ready : null,
            NotReadyAddresses = unready.Count > 0 ? unready : null,
            Ports = ports.Count == 0
                ? null
                : [.. ports.Select(p => new EndpointPort
                {
                    Name = p.Name, Port = p.Port, Protocol = p.Protocol, AppProtocol = p.AppProtocol,
                })],
        };
    }

    private static EndpointAddress Address(Service service, Backend backend) => new()
    {
        Ip = backend.Address,
        Hostname = backend.HostnameIn(service),
        NodeName = backend.Pod.Spec.NodeName,
        TargetRef = backend.Reference,
    };

    private static EndpointSlice Slice(Service service, Backend[] backends, string key) => new EndpointSlice
    {
        Metadata = new ObjectMeta
        {
            Name = $"{service.Metadata.Name}-{PodTemplates.Hash(key)[..5]}",
            Namespace = service.Metadata.Namespace,
            Labels = Labels(service).With(ServiceLabel, service.Metadata.Name ?? "").With(ManagedByLabel, ManagedByUs),
        },
        AddressType = "IPv4",
        Endpoints =
        [
            .. backends.Select(b => new Endpoint
            {
                Addresses = [b.Address],
                Conditions = new EndpointConditions { Ready = b.Ready, Serving = b.Serving,
                    Terminating = b.Terminating },
                Hostname = b.HostnameIn(service),
                NodeName = b.Pod.Spec.NodeName,
                TargetRef = b.Reference,
            }),
        ],
        Ports = backends.Length == 0
            ? []
            : [.. backends[0].Ports.Select(p => new DiscoveryEndpointPort
            {
                Name = p.Name ?? "", Port = p.Port, Protocol = p.Protocol, AppProtocol = p.AppProtocol,
            })],
    }.ControlledBy(service);

    // A port by name is where that pod says it is; a pod without it does not serve the port.
    private static List<ServedPort> Ports(Service service, Pod pod)
    {
        var served = new List<ServedPort>();
        foreach (var port in service.Spec.Ports ?? [])
        {
            var protocol = port.Protocol ?? "TCP";
            var number = port.TargetPort switch
            {
                null => port.Port,
                { Number: { } target } => target,
                { Text: { } name } => pod.Spec.Containers.Concat(Sidecars(pod)).SelectMany(c => c.Ports ?? [])
                    .FirstOrDefault(p => p.Name == name && (p.Protocol ?? "TCP") == protocol)?.Port,
                _ => null,
            };
            if (number is { } found)
            {
                served.Add(new ServedPort(port.Name, found, protocol, port.AppProtocol));
            }
        }

        return served;
    }

    private static IEnumerable<Container> Sidecars(Pod pod) =>
        (pod.Spec.InitContainers ?? []).Where(c => c.RestartPolicy == "Always");
}
