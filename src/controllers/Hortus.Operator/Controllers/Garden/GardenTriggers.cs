using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Which changes beside that of a Garden itself make it be reconciled. Pure.</summary>
internal static class GardenTriggers
{
    /// <summary>Whether gardens get something else of an Extension, or at another time.</summary>
    public static bool Matters(Extension? before, Extension? after) => !JsonNode.DeepEquals(ForGardens(before), ForGardens(after));

    /// <summary>Whether a Secret came or has other content. What one that goes has led to stays.</summary>
    public static bool Matters(Secret? before, Secret? after) =>
        after is not null && before?.Metadata.ResourceVersion != after.Metadata.ResourceVersion;

    /// <summary>The Gardens that name a Secret of the namespace garden, for their names or their backups.</summary>
    public static IEnumerable<ObjectKey> OwnersOf(Secret secret, IObjectCache<Garden> gardens) =>
        gardens.List().Where(garden => Names(garden, secret.Metadata.Name!)).Select(garden => garden.Key);

    private static bool Names(Garden garden, string secret) =>
        garden.Spec.Dns?.Providers.Any(provider => provider.SecretRef.Name == secret) == true
        || garden.Spec.VirtualCluster.Etcd?.Main?.Backup?.SecretRef.Name == secret;

    private static JsonArray ForGardens(Extension? extension) =>
    [
        .. (extension?.Spec.Resources ?? [])
            .Where(resource => resource.Kind == ControllerResourceRules.ExtensionKind
                && (resource.ClusterCompatibility?.Contains(ClusterTypes.Garden) == true
                    || resource.AutoEnable?.Contains(ClusterTypes.Garden) == true))
            .Select(resource => KubernetesJson.ToNode(resource)),
    ];
}
