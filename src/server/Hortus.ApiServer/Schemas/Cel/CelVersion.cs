using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>A semantic version by the letter of semver.org, unlike <see cref="Hortus.Objects.SemanticVersion"/>, which takes the
/// shorter forms that people write too.</summary>
internal sealed partial class CelVersion : IComparable<CelVersion>
{
    private readonly string[] preRelease;

    private CelVersion(ulong major, ulong minor, ulong patch, string[] preRelease)
    {
        (Major, Minor, Patch) = (major, minor, patch);
        this.preRelease = preRelease;
    }

    public static IEnumerable<CelOverload> Overloads { get; } =
    [
        CelOverload.Of("semver(string) semver", a => Parse((string)a[0]!, normalize: false)),
        CelOverload.Of("semver(string, bool) semver", a => Parse((string)a[0]!, (bool)a[1]!)),
        CelOverload.Of("isSemver(string) bool", a => TryParse((string)a[0]!, normalize: false) is not null),
        CelOverload.Of("isSemver(string, bool) bool", a => TryParse((string)a[0]!, (bool)a[1]!) is not null),
        CelOverload.Of("semver.major() int", a => unchecked((long)Of(a[0]).Major)),
        CelOverload.Of("semver.minor() int", a => unchecked((long)Of(a[0]).Minor)),
        CelOverload.Of("semver.patch() int", a => unchecked((long)Of(a[0]).Patch)),
        CelOverload.Of("semver.isLessThan(semver) bool", a => Of(a[0]).CompareTo(Of(a[1])) < 0),
        CelOverload.Of("semver.isGreaterThan(semver) bool", a => Of(a[0]).CompareTo(Of(a[1])) > 0),
        CelOverload.Of("semver.compareTo(semver) int", a => (long)Math.Sign(Of(a[0]).CompareTo(Of(a[1])))),
    ];

    private ulong Major { get; }

    private ulong Minor { get; }

    private ulong Patch { get; }

    /// <inheritdoc/>
    public int CompareTo(CelVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (order != 0)
        {
            return order;
        }

        for (var i = 0; i < Math.Min(preRelease.Length, other.preRelease.Length); i++)
        {
            order = ComparePart(preRelease[i], other.preRelease[i]);
            if (order != 0)
            {
                return order;
            }
        }

        // A release comes after all that came before it; else the longer one is the later one.
        return preRelease.Length == 0 || other.preRelease.Length == 0
            ? other.preRelease.Length.CompareTo(preRelease.Length)
            : preRelease.Length.CompareTo(other.preRelease.Length);
    }

    /// <summary>What a build is called makes no difference.</summary>
    public override bool Equals(object? obj) => obj is CelVersion other && CompareTo(other) == 0;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Major, Minor, Patch, string.Join('.', preRelease));

    private static CelVersion Of(object? value) => (CelVersion)value!;

    private static CelVersion Parse(string text, bool normalize) => TryParse(text, normalize)
        ?? throw new CelException($"invalid semantic version \"{text}\": want numbers such as 1.34.2");

    private static CelVersion? TryParse(string text, bool normalize)
    {
        var match = Strict().Match(normalize ? Normalize(text) : text);
        return match.Success && Number(match, 1, out var major) && Number(match, 2, out var minor) && Number(match, 3, out var patch)
            ? new CelVersion(major, minor, patch, match.Groups[4].Success ? match.Groups[4].Value.Split('.') : [])
            : null;
    }

    /// <summary>Without <c>v</c> in front and leading zeros, with the numbers that are missing. A shortened version has nothing
    /// behind its numbers.</summary>
    private static string Normalize(string text)
    {
        var parts = (text.StartsWith('v') ? text[1..] : text).Split('.', 3).Select(WithoutZeros).ToList();
        if (parts.Count < 3 && parts[^1].AsSpan().ContainsAny('+', '-'))
        {
            return "";
        }

        while (parts.Count < 3)
        {
            parts.Add("0");
        }

        return string.Join('.', parts);
    }

    private static string WithoutZeros(string part)
    {
        var rest = part.Length > 1 ? part.TrimStart('0') : part;
        return part.Length > 1 && (rest.Length == 0 || !char.IsAsciiDigit(rest[0])) ? "0" + rest : rest;
    }

    private static bool Number(Match match, int group, out ulong number) => ulong.TryParse(
        match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Numbers come before words and are compared by value, which is longer or else later in the alphabet.</summary>
    private static int ComparePart(string left, string right)
    {
        var (leftIsNumber, rightIsNumber) = (left.All(char.IsAsciiDigit), right.All(char.IsAsciiDigit));
        return leftIsNumber != rightIsNumber ? (leftIsNumber ? -1 : 1)
            : leftIsNumber && left.Length != right.Length ? left.Length.CompareTo(right.Length)
            : string.CompareOrdinal(left, right);
    }

    [GeneratedRegex(
        @"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
        + @"(?:-((?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*))?"
        + @"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?\z")]
    private static partial Regex Strict();
}
