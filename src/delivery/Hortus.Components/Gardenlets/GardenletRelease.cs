using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Runtime;

namespace Hortus.Components.Gardenlets;

/// <summary>A gardenlet's chart with its values: what is applied, as one.</summary>
public sealed record GardenletRelease
{
    /// <summary>Name of the chart.</summary>
    internal const string ChartName = "gardenlet";

    /// <summary>Reference of the chart as the Gardenlet has it.</summary>
    public required string Reference { get; init; }

    /// <summary>Digest of the chart.</summary>
    public required string Digest { get; init; }

    /// <summary>Version of the gardenlet in the chart.</summary>
    public required string Version { get; init; }

    /// <summary>The objects in the order in which they are applied.</summary>
    public required IReadOnlyList<JsonObject> Objects { get; init; }

    /// <summary>What users should know of the chart.</summary>
    public IReadOnlyList<ChartNotice> Notices { get => field ??= []; init; }

    /// <summary>What users should know of how the chart was found, in parentheses; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Stands for what is applied: equal objects in equal order have equal identities.</summary>
    public string Identity => field ??= Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(new JsonArray([.. Objects.Select(o => o.DeepClone())]).ToJsonString(KubernetesJson.Options))))[..16];

    /// <summary>Image that the gardenlet runs; empty when the Deployment has none.</summary>
    public string Image => Objects.FirstOrDefault(IsDeployment)?.Items("spec", "template", "spec", "containers").FirstOrDefault()
        .Text("image") ?? "";

    /// <summary>Whether an object is the gardenlet's Deployment.</summary>
    public static bool IsDeployment(JsonObject value) =>
        value.Text("apiVersion") == "apps/v1" && value.Text("kind") == "Deployment"
        && value.Text("metadata", "name") == GardenletNames.Deployment
        && value.Text("metadata", "namespace") is null or GardenerNames.GardenNamespace;

    /// <summary>For messages.</summary>
    public override string ToString() => $"gardenlet {Version} from chart {Reference}";
}
