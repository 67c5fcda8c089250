using System.Collections.ObjectModel;
using System.Text.Json;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Machine;

/// <summary>From what machines are made; it has no spec, the fields stand at the root.</summary>
[KubernetesResource("machine.sapcloud.io", "v1alpha1", "MachineClass", "machineclasses", ShortNames = "mcc")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record MachineClass : KubernetesObject
{
    /// <summary>What a node will have, for scaling from zero.</summary>
    [PreserveUnknownFields]
    public NodeTemplate? NodeTemplate { get; init; }

    /// <summary>Specification for the driver.</summary>
    [Required, PreserveUnknownFields]
    public JsonElement? ProviderSpec { get; init; }

    /// <summary>Driver that makes the machines.</summary>
    public string? Provider { get; init; }

    /// <summary>Secret with the key userData, and credentials when there is no other.</summary>
    public SecretReference? SecretRef { get; init; }

    /// <summary>Secret with credentials for the driver.</summary>
    public SecretReference? CredentialsSecretRef { get; init; }
}

/// <summary>What a node will have.</summary>
public sealed record NodeTemplate : ApiType
{
    /// <summary>Amounts of resources.</summary>
    [Required]
    public IReadOnlyDictionary<string, Quantity> Capacity
    {
        get => field ??= ReadOnlyDictionary<string, Quantity>.Empty;
        init;
    }

    /// <summary>Amounts of resources that are no property of the machine.</summary>
    public IReadOnlyDictionary<string, Quantity>? VirtualCapacity { get; init; }

    /// <summary>Machine type.</summary>
    [Required]
    public string InstanceType { get => field ?? ""; init; }

    /// <summary>Region.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }

    /// <summary>Zone.</summary>
    [Required]
    public string Zone { get => field ?? ""; init; }

    /// <summary>CPU architecture.</summary>
    public string? Architecture { get; init; }
}
