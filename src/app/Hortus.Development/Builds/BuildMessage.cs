using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Development.Builds;

/// <summary>What a compiler, or the build itself, says.</summary>
/// <param name="Origin">File, relative to the root where it is in the tree; or the tool that says it.</param>
/// <param name="Line">From 1; 0 when it is about no line.</param>
/// <param name="Column">From 1; 0 when it is about no column.</param>
/// <param name="IsError">False for a warning.</param>
/// <param name="Code">For example <c>CS1002</c>.</param>
/// <param name="Text">What is wrong.</param>
public sealed partial record BuildMessage(string Origin, int Line, int Column, bool IsError, string Code, string Text)
{
    /// <summary>Reads all messages of a build's output, each once.</summary>
    /// <param name="output">Standard output of <c>dotnet build</c>.</param>
    /// <param name="root">Root of the tree.</param>
    public static IReadOnlyList<BuildMessage> ReadAll(string output, string root)
    {
        ArgumentNullException.ThrowIfNull(output);
        return [.. output.Split('\n').Select(line => Read(line.Trim(), root)).OfType<BuildMessage>().Distinct()];
    }

    /// <summary>As compilers print it, without the project.</summary>
    public override string ToString()
    {
        var place = (Line, Column) switch
        {
            (0, _) => "",
            (_, 0) => $"({Line})",
            _ => $"({Line},{Column})",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Origin}{place}: {(IsError ? "error" : "warning")} {Code}: {Text}");
    }

    private static BuildMessage? Read(string line, string root)
    {
        var match = Form().Match(line);
        return !match.Success ? null : new BuildMessage(
            OriginOf(match.Groups["origin"].Value, root),
            Number(match.Groups["line"]),
            Number(match.Groups["column"]),
            match.Groups["severity"].Value == "error",
            match.Groups["code"].Value,
            match.Groups["text"].Value);
    }

    private static string OriginOf(string origin, string root)
    {
        var below = root.TrimEnd('/') + "/";
        return origin.StartsWith(below, StringComparison.Ordinal) ? origin[below.Length..] : origin;
    }

    private static int Number(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(
        @"^(?<origin>.+?)(?:\((?<line>\d+)(?:,(?<column>\d+))?[^)]*\))?\s*:\s+(?<severity>error|warning)\s+"
        + @"(?<code>[A-Za-z]+[0-9]+)\s*:\s*(?<text>.*?)(?:\s+\[[^\]]+proj(?:::[^\]]+)?\])?$")]
    private static partial Regex Form();
}
