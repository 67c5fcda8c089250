using System.Globalization;

namespace Hortus.Storage;

/// <summary>Names of the files in a store's folder; revisions have 20 digits so that names sort as they do.</summary>
internal static class StoreFileNames
{
    public const string Meta = "META.json";
    public const string TemporarySuffix = ".tmp";
    private const string LogPrefix = "wal-";
    private const string LogSuffix = ".log";
    private const string SnapshotPrefix = "snap-";
    private const string SnapshotSuffix = ".bin";

    public static string Log(long firstRevision) => $"{LogPrefix}{firstRevision:D20}{LogSuffix}";

    public static string Snapshot(long revision) => $"{SnapshotPrefix}{revision:D20}{SnapshotSuffix}";

    public static long? LogRevision(string name) => Revision(name, LogPrefix, LogSuffix);

    public static long? SnapshotRevision(string name) => Revision(name, SnapshotPrefix, SnapshotSuffix);

    private static long? Revision(string name, string prefix, string suffix) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
        && name.EndsWith(suffix, StringComparison.Ordinal)
        && long.TryParse(
            name.AsSpan(prefix.Length, name.Length - prefix.Length - suffix.Length),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var revision)
            ? revision
            : null;
}
