using System.Text.Json;

namespace Hortus.Objects.Gardener.Core.V1Beta1;

/// <summary>The older form of <see cref="Core.ControllerDeployment"/>, which names a type and leaves the rest to an untyped
/// configuration.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "ControllerDeployment", "controllerdeployments",
    Namespaced = false, ShortNames = "ctrldeploy")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ControllerDeployment : KubernetesObject
{
    /// <summary>How it is deployed: helm, or what another controller understands.</summary>
    public string? Type { get; init; }

    /// <summary>Configuration for the type; for helm: chart (base64), values and ociRepository.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Whether pods of the chart get a kubeconfig for the garden cluster.</summary>
    public bool? InjectGardenKubeconfig { get; init; }
}
