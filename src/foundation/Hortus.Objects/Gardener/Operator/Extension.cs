using System.Text.Json;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Operator;

/// <summary>An extension and how it comes into the runtime cluster and the virtual garden.</summary>
[KubernetesResource("operator.gardener.cloud", "v1alpha1", "Extension", "extensions",
    Namespaced = false, HasStatus = true, ShortNames = "extop")]
[PrinterColumn(
    "Installed", "string", ".status.conditions[?(@.type==\"Installed\")].status",
    Description = "whether it is installed")]
[PrinterColumn(
    "Required Runtime", "string", ".status.conditions[?(@.type==\"RequiredRuntime\")].status",
    Description = "whether the runtime cluster needs it")]
[PrinterColumn(
    "Required Virtual", "string", ".status.conditions[?(@.type==\"RequiredVirtual\")].status",
    Description = "whether the virtual garden needs it")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Extension : KubernetesObject
{
    /// <summary>What it serves and how it is deployed.</summary>
    public ExtensionSpec Spec { get => field ??= new ExtensionSpec(); init; }

    /// <summary>How far it is.</summary>
    public ExtensionStatus? Status { get; init; }
}

/// <summary>What an extension serves and how it is deployed.</summary>
public sealed record ExtensionSpec : ApiType
{
    /// <summary>Kinds and types that it serves.</summary>
    [ListMap("kind", "type")]
    public IReadOnlyList<ControllerResource>? Resources { get; init; }

    /// <summary>How it is deployed.</summary>
    public Deployment? Deployment { get; init; }
}

/// <summary>How an extension is deployed.</summary>
public sealed record Deployment : ApiType
{
    /// <summary>The extension controller.</summary>
    public ExtensionDeploymentSpec? Extension { get; init; }

    /// <summary>The extension's admission webhooks.</summary>
    public AdmissionDeploymentSpec? Admission { get; init; }

    /// <summary>Resources that values refer to.</summary>
    public IReadOnlyList<NamedResourceReference>? Resources { get; init; }
}

/// <summary>Deployment of an extension controller.</summary>
public sealed record ExtensionDeploymentSpec : ApiType
{
    /// <summary>Its Helm chart.</summary>
    public ExtensionHelm? Helm { get; init; }

    /// <summary>Values for seeds.</summary>
    [PreserveUnknownFields]
    public JsonElement? Values { get; init; }

    /// <summary>Values for the runtime cluster.</summary>
    [PreserveUnknownFields]
    public JsonElement? RuntimeClusterValues { get; init; }

    /// <summary>OnDemand, Always or AlwaysExceptNoShoots.</summary>
    public string? Policy { get; init; }

    /// <summary>Seeds on which it may be deployed.</summary>
    public LabelSelector? SeedSelector { get; init; }

    /// <summary>Whether its pods get a kubeconfig for the garden cluster.</summary>
    public bool? InjectGardenKubeconfig { get; init; }
}

/// <summary>Deployment of an extension's admission webhooks.</summary>
public sealed record AdmissionDeploymentSpec : ApiType
{
    /// <summary>What goes into the runtime cluster.</summary>
    public DeploymentSpec? RuntimeCluster { get; init; }

    /// <summary>What goes into the virtual garden.</summary>
    public DeploymentSpec? VirtualCluster { get; init; }

    /// <summary>Values for both charts.</summary>
    [PreserveUnknownFields]
    public JsonElement? Values { get; init; }
}

/// <summary>A deployment by chart.</summary>
public sealed record DeploymentSpec : ApiType
{
    /// <summary>The Helm chart.</summary>
    public ExtensionHelm? Helm { get; init; }
}

/// <summary>A Helm chart.</summary>
public sealed record ExtensionHelm : ApiType
{
    /// <summary>Where the chart is stored.</summary>
    public OCIRepository? OciRepository { get; init; }
}

/// <summary>How far an extension is.</summary>
public sealed record ExtensionStatus : ApiType
{
    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>The conditions of <see cref="ExtensionConditions"/>; each has one writer.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>What the extension reports.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderStatus { get; init; }
}
