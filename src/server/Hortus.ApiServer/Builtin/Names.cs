using System.Text.RegularExpressions;

namespace Hortus.ApiServer.Builtin;

/// <summary>The forms of names inside objects.</summary>
internal static partial class Names
{
    public const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
        + "must start and end with an alphanumeric character (e.g. 'my-name', or '123-abc', regex used for "
        + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?'), at most 63 characters";

    /// <summary>Whether the text is a DNS label.</summary>
    public static bool IsLabel(string text) => text.Length <= 63 && LabelForm.IsMatch(text);

    public const string PortRule =
        "must be the name of a port: at most 15 lower case alphanumeric characters and single '-' inside, at least one of them a "
        + "letter (e.g. 'http' or 'web-1')";

    /// <summary>Whether the text can be the name of a port.</summary>
    public static bool IsPort(string text) => text.Length <= 15 && PortForm.IsMatch(text);

    [GeneratedRegex("^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*\\z")]
    private static partial Regex PortForm { get; }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\z")]
    private static partial Regex LabelForm { get; }
}
