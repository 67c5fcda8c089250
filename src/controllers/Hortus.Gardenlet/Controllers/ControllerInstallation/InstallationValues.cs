using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>What every chart of an extension is told under <c>gardener</c>. Pure.</summary>
internal static class InstallationValues
{
    /// <summary>The values.</summary>
    /// <param name="seed">The seed; has a cluster identity.</param>
    /// <param name="version">Version of the gardenlet.</param>
    /// <param name="gardenIdentity">Identity of the garden cluster.</param>
    /// <param name="gardenKubeconfig">Name of the Secret with a kubeconfig for the garden; null when the extension gets none.</param>
    public static JsonObject Of(Seed seed, string version, string gardenIdentity, string? gardenKubeconfig)
    {
        var garden = new JsonObject { ["clusterIdentity"] = gardenIdentity };
        if (gardenKubeconfig is not null)
        {
            garden["genericKubeconfigSecretName"] = gardenKubeconfig;
        }

        return new JsonObject
        {
            ["gardener"] = new JsonObject
            {
                ["version"] = version,
                ["garden"] = garden,
                ["gardenlet"] = new JsonObject { ["featureGates"] = new JsonObject() },
                ["seed"] = SeedOf(seed),
            },
        };
    }

    private static JsonObject SeedOf(Seed seed)
    {
        var volumes = seed.Spec.Volume?.Providers ?? [];
        var values = new JsonObject
        {
            ["name"] = seed.Metadata.Name,
            ["clusterIdentity"] = seed.Status?.ClusterIdentity,
            ["annotations"] = MapOf(seed.Metadata.Annotations),
            ["labels"] = MapOf(seed.Metadata.Labels),
            ["provider"] = seed.Spec.Provider.Type,
            ["region"] = seed.Spec.Provider.Region,
            ["volumeProvider"] = volumes.Count > 0 ? volumes[0].Name : "",
            ["volumeProviders"] = StatusPatches.List(volumes),
            ["protected"] = seed.Spec.Taints?.Any(taint => taint.Key == GardenerNames.SeedTaintProtected) == true,
            ["visible"] = seed.Spec.Settings?.Scheduling?.Visible != false,
            ["taints"] = StatusPatches.List(seed.Spec.Taints ?? []),
            ["networks"] = KubernetesJson.ToNode(seed.Spec.Networks),
            ["blockCIDRs"] = new JsonArray([.. (seed.Spec.Networks.BlockCIDRs ?? []).Select(range => (JsonNode)range)]),
            ["spec"] = KubernetesJson.ToNode(seed.Spec),
        };
        if (seed.Spec.Ingress?.Domain is { Length: > 0 } domain)
        {
            values["ingressDomain"] = domain;
        }

        return values;
    }

    private static JsonObject MapOf(IReadOnlyDictionary<string, string>? map) =>
        new((map ?? new Dictionary<string, string>()).Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
}
