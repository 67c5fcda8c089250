using System.Text.Json;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>When an extension is handled, relative to the API server of its cluster.</summary>
public static class LifecycleStrategies
{
    public const string BeforeKubeAPIServer = "BeforeKubeAPIServer";
    public const string AfterKubeAPIServer = "AfterKubeAPIServer";

    /// <summary>Of reconciliations only: once the machines have been asked for.</summary>
    public const string AfterWorker = "AfterWorker";
}

/// <summary>An extension of kind Extension that a cluster gets.</summary>
/// <param name="Type">Its type.</param>
/// <param name="ProviderConfig">What the cluster says to it; null for nothing.</param>
/// <param name="Offer">Who serves it and when, with defaults; null when nobody offers it.</param>
public sealed record EnabledExtension(string Type, JsonElement? ProviderConfig, ControllerResource? Offer);

/// <summary>Which extensions of kind Extension a cluster gets: those it names, and those that come by themselves.</summary>
public static class EnabledExtensions
{
    /// <summary>The offers of kind Extension by type, with defaults; where several are of one type, that of its owner.</summary>
    public static IReadOnlyDictionary<string, ControllerResource> OffersIn(IEnumerable<ControllerResource> resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        return resources
            .Where(resource => resource.Kind == ControllerResourceRules.ExtensionKind)
            .Select(ControllerResourceRules.WithDefaults)
            .GroupBy(resource => resource.Type, StringComparer.Ordinal)
            .ToDictionary(offers => offers.Key, offers => offers.OrderByDescending(offer => offer.Primary).First(), StringComparer.Ordinal);
    }

    /// <summary>The extensions of one cluster, in order of their types.</summary>
    /// <param name="chosen">What the cluster names; one that is disabled there does not come by itself either.</param>
    /// <param name="resources">Everything that is offered.</param>
    /// <param name="clusterType">One of <see cref="ClusterTypes"/>.</param>
    /// <param name="workerless">Whether the cluster has no nodes: then only what can do without comes by itself.</param>
    public static IReadOnlyList<EnabledExtension> Of(
        IEnumerable<Extension>? chosen, IReadOnlyCollection<ControllerResource> resources, string clusterType, bool workerless)
    {
        ArgumentNullException.ThrowIfNull(resources);
        var named = (chosen ?? []).ToArray();
        var offers = OffersIn(resources);
        var disabled = named.Where(extension => extension.Disabled == true).Select(extension => extension.Type);
        var automatic = resources
            .Where(resource => resource.Kind == ControllerResourceRules.ExtensionKind
                && resource.AutoEnable?.Contains(clusterType) == true
                && (!workerless || resource.WorkerlessSupported == true))
            .Select(resource => resource.Type);
        return
        [
            .. named.Select(extension => extension.Type).Concat(automatic).Except(disabled, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
                .Select(type => new EnabledExtension(
                    type,
                    named.FirstOrDefault(extension => extension.Type == type)?.ProviderConfig,
                    offers.GetValueOrDefault(type))),
        ];
    }
}
