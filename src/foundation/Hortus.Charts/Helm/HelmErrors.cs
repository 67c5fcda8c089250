using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Charts;

/// <summary>Makes one message of what helm prints when it fails: where, and helm's own reason, without confidential texts.</summary>
internal static partial class HelmErrors
{
    private const int ReasonMax = 600;
    private const string Prefix = "Error: ";

    /// <summary>The exception for a run that failed.</summary>
    public static ChartException Explain(HelmResult result, ChartDescription chart, ChartRelease release)
    {
        // First of all, so that nothing that is cut out of the text can hold a value.
        var text = Redaction.Hide(Told(result), release.Confidential);
        text = Redaction.Hide(Blank().Replace(text, " ").Trim(), release.Confidential);
        var places = Places().Matches(text);
        var file = File().Match(text);
        var place = places.Count > 0 ? PlaceOf(places[^1]) : file.Success ? new Place(file.Value, null) : null;
        var first = places.Count > 0 ? PlaceOf(places[0]) : place;
        var where = place is null ? "" : first == place ? $"template {place}: " : $"template {place}, used by {first}: ";
        return new ChartException($"chart {chart.Name} {chart.Version}: {where}{Reason(text, places)}")
        {
            Chart = chart.Name,
            Template = place?.File,
            Line = place?.Line,
        };
    }

    /// <summary>The first line that says something.</summary>
    public static string FirstLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "it said nothing";

    private static string Told(HelmResult result)
    {
        // Warnings come before and may hold anything.
        var at = result.Error.LastIndexOf("\n" + Prefix, StringComparison.Ordinal);
        if (at >= 0 || result.Error.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return result.Error[(at < 0 ? Prefix.Length : at + 1 + Prefix.Length)..]
                .Replace("Use --debug flag to render out invalid YAML", "", StringComparison.Ordinal);
        }

        return OutOfMemory().IsMatch(result.Error)
            ? "rendering took more memory than allowed"
            : $"helm ended with code {result.ExitCode}: {FirstLine(result.Error)}";
    }

    private static Place PlaceOf(Match match) =>
        new(match.Groups["file"].Value, int.Parse(match.Groups["line"].Value, CultureInfo.InvariantCulture));

    // Templates that include others give a chain of places; what is behind the last one is the reason.
    private static string Reason(string text, MatchCollection places)
    {
        var last = places.Count > 0 ? places[^1] : null;
        var reason = last is null ? text : Executing().Replace(text[(last.Index + last.Length)..].TrimStart(')', ':', ' '), "");
        reason = reason.Length == 0 ? text : reason;
        return reason.Length <= ReasonMax ? reason : reason[..ReasonMax] + "...";
    }

    [GeneratedRegex(@"(?<=^|[\s(])(?<file>[^\s()<>"":]+/[^\s()<>"":]+):(?<line>[0-9]{1,9})(?::[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Places();

    [GeneratedRegex(@"(?<=^|\s)[^\s()<>"":]+/templates/[^\s()<>"":]+", RegexOptions.CultureInvariant)]
    private static partial Regex File();

    [GeneratedRegex(@"\Aexecuting ""[^""]*"" ", RegexOptions.CultureInvariant)]
    private static partial Regex Executing();

    [GeneratedRegex(@"out of memory|cannot allocate memory|failed to reserve|failed to allocate", RegexOptions.CultureInvariant)]
    private static partial Regex OutOfMemory();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();

    private sealed record Place(string File, int? Line)
    {
        public override string ToString() => Line is null ? File : $"{File} line {Line}";
    }
}
