using System.Globalization;
using System.Text.RegularExpressions;

namespace Hortus.Testing.Registry;

/// <summary>A request as the registry's access log has it.</summary>
/// <param name="Method">GET, HEAD, ...</param>
/// <param name="Path">With query.</param>
/// <param name="Status">Status code of the answer.</param>
public sealed partial record AccessLine(string Method, string Path, int Status)
{
    public bool IsManifest => Path.Contains("/manifests/", StringComparison.Ordinal);

    public bool IsBlob => Path.Contains("/blobs/", StringComparison.Ordinal);

    internal static AccessLine? Parse(string line) =>
        Pattern().Match(line) is { Success: true } match
            ? new AccessLine(
                match.Groups[1].Value, match.Groups[2].Value, int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture))
            : null;

    [GeneratedRegex("\"([A-Z]+) ([^ ]+) HTTP/[0-9.]+\" ([0-9]{3}) ")]
    private static partial Regex Pattern();
}
