using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.ApiServer.Discovery;

/// <summary>Orders API versions: stable before beta before alpha, greater numbers first, other texts last.</summary>
internal sealed partial class VersionOrder : IComparer<string>
{
    public static VersionOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (a, b) = (Rank(x ?? ""), Rank(y ?? ""));
        var order = b.Stability.CompareTo(a.Stability);
        order = order != 0 ? order : b.Major.CompareTo(a.Major);
        order = order != 0 ? order : b.Minor.CompareTo(a.Minor);
        return order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static (int Stability, int Major, int Minor) Rank(string version)
    {
        var match = Pattern().Match(version);
        if (!match.Success)
        {
            return (0, 0, 0);
        }

        var stability = match.Groups["stage"].Value switch { "" => 3, "beta" => 2, _ => 1 };
        return (stability, Number(match.Groups["major"]), Number(match.Groups["minor"]));
    }

    private static int Number(Group group) =>
        int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"^v(?<major>[0-9]+)((?<stage>alpha|beta)(?<minor>[0-9]+))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
