using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Backup;

/// <summary>Name of a snapshot: when it was taken and what it holds. Names sort by time.</summary>
/// <param name="Time">When it was taken, to the second.</param>
/// <param name="Revision">Newest revision in it; that of an etcd may have what was written a moment later too.</param>
/// <param name="Kind">What it is of.</param>
public sealed partial record SnapshotName(DateTimeOffset Time, long Revision, SnapshotKind Kind)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Reads a name; null when it is not one of ours.</summary>
    public static SnapshotName? Parse(string name) =>
        Names().Match(name) is { Success: true } match
        && DateTimeOffset.TryParseExact(
            match.Groups[1].Value, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && long.TryParse(match.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? new(time, revision, match.Groups[3].Value == Ending(SnapshotKind.Etcd) ? SnapshotKind.Etcd : SnapshotKind.Store)
            : null;

    public override string ToString()
    {
        var time = Time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"snapshot-{time}-{Revision:D19}.{Ending(Kind)}");
    }

    private static string Ending(SnapshotKind kind) => kind == SnapshotKind.Etcd ? "etcd" : "store";

    [GeneratedRegex("^snapshot-([0-9]{8}T[0-9]{6}Z)-([0-9]{19})\\.(store|etcd)\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Names();
}
