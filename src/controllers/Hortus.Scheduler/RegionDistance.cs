using System.Text.RegularExpressions;

namespace Hortus.Scheduler;

/// <summary>How far regions are apart, judged by their names and by distances that the garden's operator gave.</summary>
public static partial class RegionDistance
{
    private static readonly string[] Orientations =
        ["northeast", "northwest", "southeast", "southwest", "north", "south", "east", "west", "central"];

    /// <summary>The distance of two regions: twice the edit distance of the names without their orientation, and 1 when only
    /// one names an orientation, 2 when they name different ones; 2 more when the providers differ.</summary>
    public static int Between(string provider, string region, string otherProvider, string otherRegion)
    {
        var (name, orientation) = Split(region);
        var (otherName, otherOrientation) = Split(otherRegion);
        var turn = orientation == otherOrientation ? 0 : orientation is null || otherOrientation is null ? 1 : 2;
        return (2 * EditDistance(name, otherName)) + turn + (provider == otherProvider ? 0 : 2);
    }

    /// <summary>Distances from lines <c>region: number</c>; lines of another form do not count.</summary>
    public static IReadOnlyDictionary<string, int> Parse(string text)
    {
        var distances = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Match match in Line().Matches(text))
        {
            if (int.TryParse(match.Groups["distance"].Value, out var distance))
            {
                distances[match.Groups["region"].Value] = distance;
            }
        }

        return distances;
    }

    private static (string Name, string? Orientation) Split(string region)
    {
        foreach (var orientation in Orientations)
        {
            var at = region.IndexOf(orientation, StringComparison.Ordinal);
            if (at >= 0)
            {
                return (region.Remove(at, orientation.Length), orientation);
            }
        }

        return (region, null);
    }

    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1));
                corner = above;
            }
        }

        return row[b.Length];
    }

    [GeneratedRegex("""^[ \t]*["']?(?<region>[A-Za-z0-9._-]+)["']?[ \t]*:[ \t]*(?<distance>[0-9]{1,9})[ \t]*$""", RegexOptions.Multiline)]
    private static partial Regex Line();
}
