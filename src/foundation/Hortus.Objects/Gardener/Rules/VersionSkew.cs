using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>Which versions of a gardenlet may work with which garden: those of the minor version of the garden's API server, and of the
/// two before. Patch versions do not matter.</summary>
public static partial class VersionSkew
{
    private const int MinorsMax = 2;

    /// <summary>Why a gardenlet must not work with a garden; null when it may.</summary>
    /// <param name="gardenlet">Version of the gardenlet, with or without <c>v</c>.</param>
    /// <param name="garden">Version of the garden's API server.</param>
    public static string? Fault(string gardenlet, string garden)
    {
        if (Parse(gardenlet) is not { } own)
        {
            return $"the gardenlet's version \"{gardenlet}\" is no version: want v1.2.3";
        }

        if (Parse(garden) is not { } other)
        {
            return $"the version \"{garden}\" of the garden's API server is no version: want v1.2.3";
        }

        if (own.Major != other.Major)
        {
            return $"gardenlet {gardenlet} and a garden of version {garden} differ in their major version";
        }

        if (own.Minor > other.Minor)
        {
            return $"gardenlet {gardenlet} is newer than the garden's API server, which is {garden}: upgrade the garden first";
        }

        return other.Minor - own.Minor > MinorsMax
            ? $"gardenlet {gardenlet} is more than {MinorsMax} minor versions older than the garden's API server, which is {garden}: "
                + "upgrade the gardenlet"
            : null;
    }

    // What follows the numbers, such as -dev, says nothing about what works with what.
    private static (int Major, int Minor)? Parse(string version) => Form.Match(version) is { Success: true } parts
        ? (Number(parts, 1), Number(parts, 2))
        : null;

    private static int Number(Match parts, int group) => int.Parse(parts.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^v?(\d{1,6})\.(\d{1,6})\.\d{1,6}(?:[-+].*)?\z")]
    private static partial Regex Form { get; }
}
