using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>How an extension controller is deployed; it has no spec, the fields stand at the root.</summary>
[KubernetesResource("core.gardener.cloud", "v1", "ControllerDeployment", "controllerdeployments",
    Namespaced = false, ShortNames = "ctrldeploy")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ControllerDeployment : KubernetesObject
{
    /// <summary>The Helm chart to deploy.</summary>
    public HelmControllerDeployment? Helm { get; init; }

    /// <summary>Whether pods of the chart get a kubeconfig for the garden cluster.</summary>
    public bool? InjectGardenKubeconfig { get; init; }

    /// <summary>Secrets and ConfigMaps of the garden namespace that the values read by
    /// <c>{{ .resources.name.data.key }}</c>.</summary>
    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<NamedResourceReference>? Resources { get; init; }
}

/// <summary>A Helm chart and its values.</summary>
public sealed record HelmControllerDeployment : ApiType
{
    /// <summary>The chart archive itself.</summary>
    public byte[]? RawChart { get; init; }

    /// <summary>Values for the chart.</summary>
    [PreserveUnknownFields]
    public JsonElement? Values { get; init; }

    /// <summary>Where the chart is stored.</summary>
    public OCIRepository? OciRepository { get; init; }
}

/// <summary>An artifact in an OCI registry.</summary>
public sealed record OCIRepository : ApiType
{
    /// <summary>Complete reference; excludes repository, tag and digest.</summary>
    public string? Ref { get; init; }

    /// <summary>Registry and repository.</summary>
    public string? Repository { get; init; }

    /// <summary>Tag of the artifact.</summary>
    public string? Tag { get; init; }

    /// <summary>Digest of the artifact; wins over the tag.</summary>
    public string? Digest { get; init; }

    /// <summary>Secret with registry credentials.</summary>
    public LocalObjectReference? PullSecretRef { get; init; }

    /// <summary>Secret with the registry's certificates, key bundle.crt.</summary>
    public LocalObjectReference? CaBundleSecretRef { get; init; }
}
