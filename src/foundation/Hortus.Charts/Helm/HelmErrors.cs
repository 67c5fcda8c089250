using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Charts;

/// <summary>Makes one message of what helm prints when it fails: where, and helm's own reason, short and without confidential texts.</summary>
internal static partial class HelmErrors
{
    private const int ReasonMax = 600;
    private const string Prefix = "Error: ";

    /// <summary>The exception for a run that failed.</summary>
    public static ChartException Explain(HelmResult result, ChartDescription chart, ChartRelease release)
    {
        var text = Told(result);
        var places = Places().Matches(text);
        var place = places.Count > 0 ? places[^1] : null;
        var template = place?.Groups["file"].Value ?? File().Match(text).Groups["file"].Value;
        int? line = place is null ? null : int.Parse(place.Groups["line"].Value, CultureInfo.InvariantCulture);
        var where = template.Length == 0 ? "" : $"template {template}{(line is null ? "" : $" line {line}")}: ";
        return new ChartException($"chart {chart.Name} {chart.Version}: {where}{Reason(text, place, release)}")
        {
            Chart = chart.Name,
            Template = template.Length == 0 ? null : template,
            Line = line,
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
            var said = result.Error[(at < 0 ? Prefix.Length : at + 1 + Prefix.Length)..];
            return Hint().Replace(said, "").Trim();
        }

        return OutOfMemory().IsMatch(result.Error)
            ? "rendering took more memory than allowed"
            : $"helm ended with code {result.ExitCode}: {FirstLine(result.Error)}";
    }

    private static string Reason(string text, Match? place, ChartRelease release)
    {
        // Templates that include others give a chain of places; what is behind the last one is the reason.
        var reason = place is null ? text : text[(place.Index + place.Length)..].TrimStart(')', ':', ' ');
        reason = reason.Length == 0 ? text : reason;
        reason = Redaction.Hide(Blank().Replace(reason, " ").Trim(), release.Confidential);
        return reason.Length <= ReasonMax ? reason : reason[..ReasonMax] + "...";
    }

    [GeneratedRegex(@"(?:\bat \(|\btemplate: |\()(?<file>[^\s()<>"":]+):(?<line>[0-9]+)(?::[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Places();

    [GeneratedRegex(@"\b(?<file>[^\s()<>"":]+/templates/[^\s()<>"":]+)", RegexOptions.CultureInvariant)]
    private static partial Regex File();

    [GeneratedRegex(@"\n*Use --debug flag to render out invalid YAML\s*", RegexOptions.CultureInvariant)]
    private static partial Regex Hint();

    [GeneratedRegex(@"out of memory|cannot allocate memory|failed to reserve|failed to allocate", RegexOptions.CultureInvariant)]
    private static partial Regex OutOfMemory();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();
}
