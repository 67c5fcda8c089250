using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Security;

/// <summary>Makes infrastructure credentials usable for shoots of a namespace; it has no spec.</summary>
[KubernetesResource("security.gardener.cloud", "v1alpha1", "CredentialsBinding", "credentialsbindings",
    ShortNames = "cb")]
[PrinterColumn("Provider", "string", ".provider.type")]
[PrinterColumn("Credentials Kind", "string", ".credentialsRef.kind")]
[PrinterColumn("Credentials Namespace", "string", ".credentialsRef.namespace")]
[PrinterColumn("Credentials Name", "string", ".credentialsRef.name")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record CredentialsBinding : KubernetesObject
{
    /// <summary>Provider of the credentials; fixed.</summary>
    [Required]
    public CredentialsBindingProvider Provider { get => field ??= new CredentialsBindingProvider(); init; }

    /// <summary>Secret, InternalSecret or WorkloadIdentity with the credentials; fixed.</summary>
    [Required]
    public ObjectReference CredentialsRef { get => field ??= new ObjectReference(); init; }

    /// <summary>Quotas that limit shoots with these credentials.</summary>
    public IReadOnlyList<ObjectReference>? Quotas { get; init; }
}

/// <summary>Provider of credentials.</summary>
public sealed record CredentialsBindingProvider : ApiType
{
    /// <summary>Type of the provider.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }
}
