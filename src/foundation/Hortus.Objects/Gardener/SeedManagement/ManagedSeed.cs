using System.Text.Json;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.SeedManagement;

/// <summary>A shoot that is used as a seed.</summary>
[KubernetesResource("seedmanagement.gardener.cloud", "v1alpha1", "ManagedSeed", "managedseeds", HasStatus = true)]
[PrinterColumn("Status", "string", ".status.conditions[?(@.type==\"SeedRegistered\")].reason")]
[PrinterColumn("Shoot", "string", ".spec.shoot.name")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ManagedSeed : KubernetesObject
{
    /// <summary>Which shoot, and its gardenlet.</summary>
    public ManagedSeedSpec Spec { get => field ??= new ManagedSeedSpec(); init; }

    /// <summary>How far it is.</summary>
    public ManagedSeedStatus? Status { get; init; }
}

/// <summary>A shoot and the gardenlet on it.</summary>
public sealed record ManagedSeedSpec : ApiType
{
    /// <summary>The shoot, in the garden namespace; fixed.</summary>
    public ManagedSeedShoot? Shoot { get; init; }

    /// <summary>The gardenlet.</summary>
    public GardenletConfig Gardenlet { get => field ??= new GardenletConfig(); init; }
}

/// <summary>Names the shoot.</summary>
public sealed record ManagedSeedShoot : ApiType
{
    /// <summary>Name of the shoot.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }
}

/// <summary>Gardenlet of a ManagedSeed.</summary>
public sealed record GardenletConfig : ApiType
{
    /// <summary>How it is deployed.</summary>
    public GardenletDeployment? Deployment { get; init; }

    /// <summary>Its configuration, a GardenletConfiguration.</summary>
    [PreserveUnknownFields]
    public JsonElement? Config { get; init; }

    /// <summary>How it first gets access: BootstrapToken, ServiceAccount or None.</summary>
    public string? Bootstrap { get; init; }

    /// <summary>Whether settings of the parent gardenlet are taken over.</summary>
    public bool? MergeWithParent { get; init; }
}

/// <summary>How the gardenlet of a managed seed first gets access to the garden.</summary>
public static class GardenletBootstrap
{
    /// <summary>With a bootstrap token that is made for it.</summary>
    public const string Token = "BootstrapToken";

    /// <summary>With a token of a service account that is made for it.</summary>
    public const string ServiceAccount = "ServiceAccount";

    /// <summary>With a kubeconfig that its configuration names, or that is in the cluster.</summary>
    public const string None = "None";

    /// <summary>What a ManagedSeed asks for.</summary>
    public static string Of(GardenletConfig gardenlet)
    {
        ArgumentNullException.ThrowIfNull(gardenlet);
        return gardenlet.Bootstrap is { Length: > 0 } bootstrap ? bootstrap : Token;
    }
}

/// <summary>How far a ManagedSeed is.</summary>
public sealed record ManagedSeedStatus : ApiType
{
    /// <summary>ShootReconciled, SeedRegistered.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }
}
