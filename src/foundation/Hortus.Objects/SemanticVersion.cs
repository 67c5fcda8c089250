using System.Globalization;

namespace Hortus.Objects;

/// <summary>A version such as <c>1.34.2</c> or <c>1.0.0-dev.1</c>, ordered as semantic versions are. Missing parts
/// count as zero; build metadata is ignored.</summary>
public readonly record struct SemanticVersion(int Major, int Minor, int Patch, string PreRelease = "")
    : IComparable<SemanticVersion>
{
    /// <summary>Reads a version, with or without a leading <c>v</c>; false when it is none.</summary>
    public static bool TryParse(string? text, out SemanticVersion version)
    {
        version = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var core = text[0] == 'v' ? text[1..] : text;
        core = core.Split('+', 2)[0];
        var dash = core.Split('-', 2);
        var parts = dash[0].Split('.');
        var numbers = new int[3];
        if (parts.Length > 3 || (dash.Length == 2 && dash[1].Length == 0))
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }
        }

        version = new SemanticVersion(numbers[0], numbers[1], numbers[2], dash.Length == 2 ? dash[1] : "");
        return true;
    }

    /// <summary>Reads a version.</summary>
    /// <exception cref="FormatException">The text is no version.</exception>
    public static SemanticVersion Parse(string text) => TryParse(text, out var version)
        ? version
        : throw new FormatException($"invalid version \"{text}\": want numbers such as 1.34.2");

    /// <inheritdoc/>
    public int CompareTo(SemanticVersion other)
    {
        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        return order != 0 ? order
            : PreRelease.Length == 0 ? (other.PreRelease.Length == 0 ? 0 : 1)
            : other.PreRelease.Length == 0 ? -1
            : ComparePreReleases(PreRelease.Split('.'), other.PreRelease.Split('.'));
    }

    public static bool operator <(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}")
            + (PreRelease.Length == 0 ? "" : "-" + PreRelease);

    private static int ComparePreReleases(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var leftIsNumber = int.TryParse(left[i], NumberStyles.None, CultureInfo.InvariantCulture, out var a);
            var rightIsNumber = int.TryParse(right[i], NumberStyles.None, CultureInfo.InvariantCulture, out var b);
            var order = leftIsNumber && rightIsNumber ? a.CompareTo(b)
                : leftIsNumber ? -1
                : rightIsNumber ? 1
                : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
