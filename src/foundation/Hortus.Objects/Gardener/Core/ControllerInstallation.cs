using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>Asks the gardenlet of a seed to install an extension controller.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "ControllerInstallation", "controllerinstallations",
    Namespaced = false, HasStatus = true, ShortNames = "ctrlinst")]
[PrinterColumn("Registration", "string", ".spec.registrationRef.name")]
[PrinterColumn("Seed", "string", ".spec.seedRef.name")]
[PrinterColumn("Valid", "string", ".status.conditions[?(@.type==\"Valid\")].status")]
[PrinterColumn("Installed", "string", ".status.conditions[?(@.type==\"Installed\")].status")]
[PrinterColumn("Healthy", "string", ".status.conditions[?(@.type==\"Healthy\")].status")]
[PrinterColumn("Progressing", "string", ".status.conditions[?(@.type==\"Progressing\")].status")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ControllerInstallation : KubernetesObject
{
    /// <summary>What is installed and where.</summary>
    public ControllerInstallationSpec Spec { get => field ??= new ControllerInstallationSpec(); init; }

    /// <summary>How far the installation is.</summary>
    public ControllerInstallationStatus? Status { get; init; }
}

/// <summary>What is installed and where.</summary>
public sealed record ControllerInstallationSpec : ApiType
{
    /// <summary>The ControllerRegistration.</summary>
    [Required]
    public ObjectReference RegistrationRef { get => field ??= new ObjectReference(); init; }

    /// <summary>The Seed.</summary>
    public ObjectReference? SeedRef { get; init; }

    /// <summary>The self-hosted Shoot, instead of a Seed.</summary>
    public ObjectReference? ShootRef { get; init; }

    /// <summary>The ControllerDeployment.</summary>
    public ObjectReference? DeploymentRef { get; init; }

    /// <summary>The Secrets and ConfigMaps that the deployment reads, with the versions they had when the installation was
    /// written: a change of one makes the gardenlet act.</summary>
    public IReadOnlyList<ObjectReference>? ResourceRefs { get; init; }
}

/// <summary>How far an installation is.</summary>
public sealed record ControllerInstallationStatus : ApiType
{
    /// <summary>Valid, Installed, Healthy, Progressing and Required.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>What the controller reports.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderStatus { get; init; }
}
