using Hortus.Dns;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.ProviderLocal.Dns;

/// <summary>The zones of one or more clusters, made of all records that their ConfigMaps hold and made anew whenever one
/// changes.</summary>
public sealed partial class ZoneDirectory : IDnsSource, IReconciler
{
    private static readonly ObjectKey Everything = ObjectKey.Cluster("zones");
    private readonly IReadOnlyList<IObjectCache<ConfigMap>> maps;
    private readonly Lock gate = new();
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private uint serial;
    private volatile ZoneSet zones = ZoneSet.Empty;

    private ZoneDirectory(IReadOnlyList<IObjectCache<ConfigMap>> maps, TimeProvider clock, ILogger logger)
    {
        this.maps = maps;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>Adds the controllers that keep the zones.</summary>
    /// <param name="managers">Of the clusters in which the records are; several may have records of the same zone.</param>
    /// <param name="clock">Serial numbers follow it.</param>
    /// <param name="logger">Log.</param>
    public static ZoneDirectory AddTo(IReadOnlyList<IControllerManager> managers, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(managers);
        var scope = new CacheScope(LabelSelector: ZoneRecord.Selector);
        var directory = new ZoneDirectory([.. managers.Select(manager => manager.CacheOf<ConfigMap>(scope))], clock, logger);
        foreach (var manager in managers)
        {
            manager.AddController("dns-zones", directory, controller => controller
                .Watches<ConfigMap>(_ => [Everything], scope: scope)
                .WithConcurrency(1));
        }

        return directory;
    }

    /// <inheritdoc/>
    public DnsAnswer? Find(DnsQuestion question) => zones.Find(question);

    /// <inheritdoc/>
    public Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // Controllers of several clusters may come at once.
        lock (gate)
        {
            Rebuild();
        }

        return Task.FromResult(ReconcileResult.Done);
    }

    private void Rebuild()
    {
        // Secondaries and caches take a zone for new only when its serial has grown.
        serial = Math.Max(serial + 1, (uint)clock.GetUtcNow().ToUnixTimeSeconds());
        var found = new List<ZoneRecord>();
        foreach (var map in maps.SelectMany(cache => cache.List()).OrderBy(map => map.Key.ToString(), StringComparer.Ordinal))
        {
            if (ZoneRecord.Read(map, out var fault) is { } record)
            {
                found.Add(record);
            }
            else
            {
                LeftOut(map.Key, fault);
            }
        }

        zones = new ZoneSet(
            found.GroupBy(record => record.Zone).Select(zone => new Zone(zone.Key, zone.SelectMany(r => r.Records()), serial)),
            [new Zone(DnsZones.Local, [], serial)]);
    }

    [LoggerMessage(8303, LogLevel.Warning, "the records in ConfigMap {Key} are not answered: {Fault}")]
    private partial void LeftOut(ObjectKey key, string? fault);
}
