using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>What an operation reads from the garden before it starts.</summary>
internal sealed record ShootInputs
{
    public required Shoot Shoot { get; init; }

    public required Seed Seed { get; init; }

    /// <summary>The CloudProfile in effect; a NamespacedCloudProfile is shown as one.</summary>
    public required CloudProfile CloudProfile { get; init; }

    public required string ProjectName { get; init; }

    /// <summary>The control plane's namespace in the seed.</summary>
    public required string TechnicalID { get; init; }

    /// <summary>The owner's credentials for the infrastructure; null for shoots without workers.</summary>
    public Secret? Credentials { get; init; }

    /// <summary>Where records for the API server go; null when the seed has no such domain.</summary>
    public ShootDomain? Internal { get; init; }

    /// <summary>Where records for users go; null when there is no domain.</summary>
    public ShootDomain? External { get; init; }

    /// <summary>Everything that ControllerRegistrations offer.</summary>
    public IReadOnlyList<ControllerResource> Offers { get => field ??= []; init; }

    /// <summary>What the shoot gets of kind Extension: what it names and what comes by itself.</summary>
    public IReadOnlyList<EnabledExtension> Extensions =>
        EnabledExtensions.Of(Shoot.Spec.Extensions, Offers, ClusterTypes.Shoot, IsWorkerless);

    /// <summary>The worker pools; empty for shoots without workers.</summary>
    public IReadOnlyList<Worker> Workers => Shoot.Spec.Provider.Workers ?? [];

    /// <summary>Whether the shoot has no workers and so needs no infrastructure.</summary>
    public bool IsWorkerless => Workers.Count == 0;

    /// <summary>Kubernetes version without <c>v</c>.</summary>
    public string KubernetesVersion => (Shoot.Spec.Kubernetes.Version ?? "").TrimStart('v');

    /// <summary>Addresses of services.</summary>
    public string Services => Shoot.Spec.Networking?.Services ?? Seed.Spec.Networks.ShootDefaults?.Services ?? "10.4.0.0/16";

    /// <summary>Addresses of pods; null when the shoot has none.</summary>
    public string? Pods => Shoot.Spec.Networking?.Pods ?? Seed.Spec.Networks.ShootDefaults?.Pods;
}

/// <summary>A domain with the means to write records into it.</summary>
/// <param name="ApiServer">Name of the API server, <c>api.</c> and so on.</param>
/// <param name="ProviderType">Type of the DNSRecord.</param>
/// <param name="Zone">Zone of the records; null lets the extension find it.</param>
/// <param name="Credentials">Credentials for the provider.</param>
internal sealed record ShootDomain(string ApiServer, string ProviderType, string? Zone, Secret Credentials);
