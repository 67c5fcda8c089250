using System.Text;
using Hortus.Charts;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Charts;

/// <summary>A Secret or ConfigMap that values of a chart read cannot be used. The message names it and what to do.</summary>
public sealed class ChartResourceException(string message) : Exception(message);

/// <summary>Reads the Secrets and ConfigMaps that templates in values of charts name.</summary>
public static class ChartResources
{
    /// <summary>The resources by the names under which they are declared.</summary>
    /// <param name="references">What is declared.</param>
    /// <param name="client">Their cluster.</param>
    /// <param name="namespace">Their namespace.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ChartResourceException">One is missing, or was not released for this by its label.</exception>
    public static async Task<IReadOnlyDictionary<string, TemplateResource>> ReadAsync(
        IEnumerable<NamedResourceReference>? references,
        IKubernetesClient client,
        string @namespace,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var found = new Dictionary<string, TemplateResource>(StringComparer.Ordinal);
        foreach (var reference in references ?? [])
        {
            var target = reference.ResourceRef;
            var key = new ObjectKey(@namespace, target.Name);
            found[reference.Name] = target.Kind switch
            {
                "Secret" => Of(await FindAsync<Secret>(client, reference, key, cancellationToken)),
                "ConfigMap" => Of(await FindAsync<ConfigMap>(client, reference, key, cancellationToken)),
                var kind => throw new ChartResourceException(
                    $"resource {reference.Name}: want a Secret or a ConfigMap, found {kind} {key}"),
            };
        }

        return found;
    }

    private static async Task<T> FindAsync<T>(
        IKubernetesClient client, NamedResourceReference reference, ObjectKey key, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var what = $"resource {reference.Name}: {reference.ResourceRef.Kind} {key}";
        var value = await client.FindAsync<T>(key, cancellationToken) ?? throw new ChartResourceException($"{what} is missing");
        return value.Metadata.Label(GardenerLabels.Role) == GardenerRoles.ResourceReference
            ? value
            : throw new ChartResourceException($"{what} lacks the label {GardenerLabels.Role}={GardenerRoles.ResourceReference}");
    }

    private static TemplateResource Of(Secret secret) => new(
        (secret.Data ?? new Dictionary<string, byte[]>()).ToDictionary(entry => entry.Key, entry => Encoding.UTF8.GetString(entry.Value)),
        IsConfidential: true);

    private static TemplateResource Of(ConfigMap map) => new(map.Data ?? new Dictionary<string, string>(), IsConfidential: false);
}
