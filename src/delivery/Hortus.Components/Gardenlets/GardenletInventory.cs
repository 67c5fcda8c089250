using System.Globalization;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Gardenlets;

/// <summary>What is installed in a cluster, as its ConfigMap <see cref="GardenletNames.Inventory"/> has it. It is written before anything
/// is applied, so that nothing that is installed is ever missing in it.</summary>
public sealed record GardenletInventory
{
    private const string ReleaseKey = "release";
    private const string SinceKey = "since";
    private const string VersionKey = "version";
    private const string ChartKey = "chart";
    private const string ObjectsKey = "objects";

    /// <summary>Nothing is installed.</summary>
    public static GardenletInventory Empty { get; } = new();

    /// <summary>Where it is.</summary>
    public static ObjectKey Key { get; } = new(GardenerNames.GardenNamespace, GardenletNames.Inventory);

    /// <summary>Identity of the release that was applied last; empty for none.</summary>
    public string Release { get; init; } = "";

    /// <summary>When it was first applied.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>Version of the gardenlet in it.</summary>
    public string Version { get; init; } = "";

    /// <summary>Reference of its chart.</summary>
    public string Chart { get; init; } = "";

    /// <summary>Its objects, and those of earlier releases that are still there.</summary>
    public IReadOnlyList<InventoryEntry> Objects { get => field ??= []; init; }

    /// <summary>Reads the inventory of a cluster.</summary>
    public static async Task<GardenletInventory> ReadAsync(IKubernetesClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Of(await client.FindAsync<ConfigMap>(Key, cancellationToken));
    }

    /// <summary>The inventory in a ConfigMap; empty when there is none.</summary>
    public static GardenletInventory Of(ConfigMap? map) => map?.Data is not { } data ? Empty : new GardenletInventory
    {
        Release = data.GetValueOrDefault(ReleaseKey, ""),
        Since = TimeOf(data.GetValueOrDefault(SinceKey)),
        Version = data.GetValueOrDefault(VersionKey, ""),
        Chart = data.GetValueOrDefault(ChartKey, ""),
        Objects =
        [
            .. data.GetValueOrDefault(ObjectsKey, "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(InventoryEntry.Parse).OfType<InventoryEntry>(),
        ],
    };

    private static DateTimeOffset TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default;

    /// <summary>The inventory while a release is applied: its objects, and those that were there before.</summary>
    internal GardenletInventory With(GardenletRelease release, DateTimeOffset now) => this with
    {
        Release = release.Identity,
        Since = Release == release.Identity ? Since : now,
        Version = release.Version,
        Chart = release.Reference,
        Objects = [.. release.Objects.Select(InventoryEntry.Of).Concat(Objects).Distinct()],
    };

    /// <summary>Writes the inventory.</summary>
    internal Task WriteAsync(IKubernetesClient client, CancellationToken cancellationToken) => client.ApplyAsync(
        new ConfigMap
        {
            Metadata = new ObjectMeta
            {
                Namespace = Key.Namespace,
                Name = Key.Name,
                Labels = new Dictionary<string, string> { [GardenletNames.AppliedByLabel] = GardenletNames.Deployment },
            },
            Data = new Dictionary<string, string>
            {
                [ReleaseKey] = Release,
                [SinceKey] = Since.ToString("O", CultureInfo.InvariantCulture),
                [VersionKey] = Version,
                [ChartKey] = Chart,
                [ObjectsKey] = string.Concat(Objects.Select(entry => $"{entry}\n")),
            },
        },
        GardenletNames.Deployment,
        cancellationToken);
}
