namespace Hortus.Objects.Kubernetes;

/// <summary>Which traffic pods may have.</summary>
[KubernetesResource("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", ShortNames = "netpol")]
public sealed record NetworkPolicy : KubernetesObject
{
    public NetworkPolicySpec Spec { get => field ??= new NetworkPolicySpec(); init; }
}

/// <summary>The rules.</summary>
public sealed record NetworkPolicySpec : ApiType
{
    public LabelSelector PodSelector { get => field ??= new LabelSelector(); init; }

    public IReadOnlyList<NetworkPolicyIngressRule>? Ingress { get; init; }

    public IReadOnlyList<NetworkPolicyEgressRule>? Egress { get; init; }

    public IReadOnlyList<string>? PolicyTypes { get; init; }
}

/// <summary>Allowed incoming traffic.</summary>
public sealed record NetworkPolicyIngressRule : ApiType
{
    public IReadOnlyList<NetworkPolicyPort>? Ports { get; init; }

    public IReadOnlyList<NetworkPolicyPeer>? From { get; init; }
}

/// <summary>Allowed outgoing traffic.</summary>
public sealed record NetworkPolicyEgressRule : ApiType
{
    public IReadOnlyList<NetworkPolicyPort>? Ports { get; init; }

    public IReadOnlyList<NetworkPolicyPeer>? To { get; init; }
}

/// <summary>A port or range.</summary>
public sealed record NetworkPolicyPort : ApiType
{
    [DefaultJson("\"TCP\"")]
    public string? Protocol { get; init; }

    public IntOrString? Port { get; init; }

    public int? EndPort { get; init; }
}

/// <summary>The other side.</summary>
public sealed record NetworkPolicyPeer : ApiType
{
    public LabelSelector? PodSelector { get; init; }

    public LabelSelector? NamespaceSelector { get; init; }

    public IPBlock? IpBlock { get; init; }
}

/// <summary>An address range with holes.</summary>
public sealed record IPBlock : ApiType
{
    [Required]
    public string Cidr { get => field ?? ""; init; }

    public IReadOnlyList<string>? Except { get; init; }
}
