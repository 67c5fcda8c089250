using System.Globalization;

namespace Hortus.Development.Builds;

/// <summary>A build that components of a garden can run.</summary>
/// <param name="Tag">Tag of its image.</param>
/// <param name="Number">Which one it is, from 1.</param>
/// <param name="Folder">Where its program is.</param>
public sealed record DevelopmentImage(string Tag, int Number, string Folder)
{
    /// <summary>Follows the version in tags.</summary>
    public const string Mark = "-dev.";

    /// <summary>The program.</summary>
    public string Program => Path.Combine(Folder, "hortus");

    /// <summary>The tag of a build.</summary>
    public static string TagOf(string version, int number) => string.Create(CultureInfo.InvariantCulture, $"{version}{Mark}{number}");

    /// <summary>Whether a tag is one of these, and which; 0 when it is not.</summary>
    public static int NumberOf(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        var mark = tag.LastIndexOf(Mark, StringComparison.Ordinal);
        return mark >= 0 && int.TryParse(tag[(mark + Mark.Length)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
    }
}
