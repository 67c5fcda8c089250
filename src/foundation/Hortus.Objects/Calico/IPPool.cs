namespace Hortus.Objects.Calico;

/// <summary>An address range from which pods get their addresses.</summary>
[KubernetesResource("crd.projectcalico.org", "v1", "IPPool", "ippools", Namespaced = false)]
public sealed record IPPool : KubernetesObject
{
    public IPPoolSpec Spec { get => field ??= new IPPoolSpec(); init; }
}

/// <summary>The range and how packets from it leave.</summary>
public sealed record IPPoolSpec : ApiType
{
    [Required]
    public string Cidr { get => field ?? ""; init; }

    /// <summary><c>Always</c>, <c>CrossSubnet</c> or <c>Never</c>.</summary>
    public string? IpipMode { get; init; }

    public string? VxlanMode { get; init; }

    /// <summary>Whether packets to addresses outside all pools get the node's address.</summary>
    public bool? NatOutgoing { get; init; }

    /// <summary>Nodes whose pods use the pool, in Calico's selector language; <c>all()</c> when absent.</summary>
    public string? NodeSelector { get; init; }

    /// <summary>Prefix length of the blocks that nodes take, for example 26.</summary>
    public int? BlockSize { get; init; }

    public bool? Disabled { get; init; }

    public IReadOnlyList<string>? AllowedUses { get; init; }
}
