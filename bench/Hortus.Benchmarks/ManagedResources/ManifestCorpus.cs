using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Testing;

namespace Hortus.Benchmarks.ManagedResources;

/// <summary>Manifests that are compressed together.</summary>
/// <param name="Source">What they belong to.</param>
/// <param name="Documents">How many objects.</param>
/// <param name="Content">The text.</param>
internal sealed record CorpusPart(string Source, int Documents, ReadOnlyMemory<byte> Content);

/// <summary>Everything that a garden, a seed and a Shoot are made of, in the bundles in which it is stored.</summary>
internal static class ManifestCorpus
{
    // Without Secrets: those that do not come from a ManagedResource hold keys that were issued, not manifests.
    private static readonly string[] Kinds =
    [
        "Namespace", "ServiceAccount", "ConfigMap", "Service", "Deployment", "StatefulSet", "DaemonSet", "Role", "RoleBinding",
        "ClusterRole", "ClusterRoleBinding", "NetworkPolicy", "PodDisruptionBudget", "PriorityClass", "StorageClass", "APIService",
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    ];

    /// <summary>Definitions of kinds in a folder; null when it is not there.</summary>
    public static CorpusPart? OfFolder(string source, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        var objects = Directory.GetFiles(folder, "*.yaml").SelectMany(f => KubernetesYaml.ParseAll(File.ReadAllText(f))).ToArray();
        return new CorpusPart(source, objects.Length, ManifestBundle.Of(objects).Content);
    }

    /// <summary>What <c>hortus up</c> and a Shoot write: of each ManagedResource its manifests, and of what does not come from one
    /// the objects of each namespace.</summary>
    public static async Task<IReadOnlyList<CorpusPart>> OfGardenAsync(CancellationToken cancellationToken)
    {
        await using var garden = new LocalGarden();
        (await garden.UpAsync()).Succeeded();
        (await garden.KubectlAsync("apply", "-f", BuiltTools.Example("90-shoot.yaml"))).Succeeded();
        (await garden.WaitForShootAsync("local")).Succeeded();
        var parts = new List<CorpusPart>();
        (string Name, string File)[] clusters =
        [
            ("runtime cluster", garden.RuntimeKubeconfig), ("garden", garden.Kubeconfig),
            ("shoot", await garden.ShootKubeconfigAsync("local")),
        ];
        foreach (var (name, file) in clusters)
        {
            using var client = new KubernetesClient(ClientConnection.Find(file), new ClientOptions { UserAgent = "bench" });
            parts.AddRange(await OfResourcesAsync(name, client, cancellationToken));
            parts.AddRange(await OfObjectsAsync(name, client, cancellationToken));
        }

        return parts;
    }

    private static async Task<IReadOnlyList<CorpusPart>> OfResourcesAsync(
        string cluster, KubernetesClient client, CancellationToken cancellationToken)
    {
        var parts = new List<CorpusPart>();
        if (!(await client.Dynamic.DiscoverAsync(cancellationToken)).Any(k => k.Kind == "ManagedResource"))
        {
            return parts;
        }

        foreach (var resource in (await client.ListAsync<ManagedResource>(ListOptions.All, cancellationToken)).Items)
        {
            var secrets = new List<Secret>();
            foreach (var reference in resource.Spec.SecretRefs)
            {
                var key = new ObjectKey(resource.Metadata.Namespace, reference.Name ?? "");
                secrets.Add(await client.GetAsync<Secret>(key, cancellationToken));
            }

            var manifests = ManifestReader.Read(secrets).Objects.Select(m => m.Json).ToArray();
            parts.Add(new CorpusPart($"ManagedResources in the {cluster}", manifests.Length, ManifestBundle.Of(manifests).Content));
        }

        return parts;
    }

    private static async Task<IReadOnlyList<CorpusPart>> OfObjectsAsync(
        string cluster, KubernetesClient client, CancellationToken cancellationToken)
    {
        var byNamespace = new SortedDictionary<string, List<JsonObject>>(StringComparer.Ordinal);
        var served = (await client.Dynamic.DiscoverAsync(cancellationToken)).Where(k => Kinds.Contains(k.Kind)).DistinctBy(k => k.Kind);
        foreach (var kind in served)
        {
            var (items, _) = await client.Dynamic.ListAsync(kind, ListOptions.All, cancellationToken);
            foreach (var item in items.Where(IsManifest))
            {
                var space = item["metadata"]!["namespace"]?.GetValue<string>() ?? "";
                (byNamespace.TryGetValue(space, out var list) ? list : byNamespace[space] = []).Add(Declared(item));
            }
        }

        return [.. byNamespace.Values.Select(objects => new CorpusPart(
            $"other objects in the {cluster}", objects.Count, ManifestBundle.Of(objects).Content))];
    }

    // Not what the server makes by itself, what is stored compressed already, or what a resource manager wrote.
    private static bool IsManifest(JsonObject item)
    {
        var metadata = (JsonObject)item["metadata"]!;
        var labels = metadata["labels"] as JsonObject ?? [];
        var data = item["data"] as JsonObject ?? [];
        return !labels.ContainsKey("kubernetes.io/bootstrapping") && !labels.ContainsKey(ResourceNames.ManagedBy)
            && metadata["ownerReferences"] is null && $"{metadata["name"]}" is not ("kube-root-ca.crt" or "default")
            && !data.Any(d => d.Key.EndsWith(".br", StringComparison.Ordinal));
    }

    private static JsonObject Declared(JsonObject item)
    {
        var declared = (JsonObject)item.DeepClone();
        declared.Remove("status");
        foreach (var field in new[] { "managedFields", "resourceVersion", "generation", "uid", "creationTimestamp" })
        {
            ((JsonObject)declared["metadata"]!).Remove(field);
        }

        return declared;
    }
}
