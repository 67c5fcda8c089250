using System.Text.RegularExpressions;
using Hortus.Objects;

namespace Hortus.ApiServer.Objects;

/// <summary>The forms of names and of label values, each with the words for what is wrong; no words when nothing is.</summary>
internal static partial class NameRules
{
    private const int LabelLengthMax = 63;

    /// <summary>What a DNS name has to be, for messages.</summary>
    public const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + @"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>What a DNS label has to be, for messages.</summary>
    public const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>What a DNS label that begins with a letter has to be, for messages.</summary>
    public const string OldLabelRule =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end "
        + "with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
        + "'[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string QualifiedNameRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string LabelValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    /// <summary>A name that begins with a prefix; a dash at its end is not the end of the name.</summary>
    public static string WholeOf(string prefix) => prefix.Length > 1 && prefix.EndsWith('-') ? prefix[..^2] + "a" : prefix;

    /// <summary>A DNS label that may begin with a digit.</summary>
    public static IReadOnlyList<string> Label(string text) =>
        [.. Length(text, LabelLengthMax), .. Form(IsLabel(text), NameFormat.IsSubdomain(text) ? "must not contain dots" : LabelRule)];

    /// <summary>A DNS label that begins with a letter.</summary>
    public static IReadOnlyList<string> OldLabel(string text) =>
        [.. Length(text, LabelLengthMax), .. Form(IsLabel(text) && !char.IsAsciiDigit(text[0]), OldLabelRule)];

    /// <summary>A DNS name.</summary>
    public static IReadOnlyList<string> Subdomain(string text) =>
        [.. Length(text, NameFormat.LengthMax), .. Form(SubdomainForm().IsMatch(text), SubdomainRule)];

    /// <summary>A name that a DNS name and a slash may precede.</summary>
    public static IReadOnlyList<string> QualifiedName(string text)
    {
        if (text.Split('/') is not { Length: <= 2 } parts)
        {
            return [$"a qualified name {QualifiedNameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }

        List<string> faults = [];
        if (parts.Length == 2)
        {
            faults.AddRange(parts[0].Length == 0
                ? ["prefix part must be non-empty"]
                : Subdomain(parts[0]).Select(fault => "prefix part " + fault));
        }

        var name = parts[^1];
        if (name.Length == 0)
        {
            faults.Add("name part must be non-empty");
        }
        else
        {
            faults.AddRange(Length(name, LabelLengthMax).Select(fault => "name part " + fault));
        }

        return [.. faults, .. Form(NameForm().IsMatch(name), "name part " + QualifiedNameRule)];
    }

    /// <summary>The value of a label.</summary>
    public static IReadOnlyList<string> LabelValue(string text) =>
        [.. Length(text, LabelLengthMax), .. Form(text.Length == 0 || NameForm().IsMatch(text), LabelValueRule)];

    private static bool IsLabel(string text) => SubdomainForm().IsMatch(text) && !text.Contains('.', StringComparison.Ordinal);

    private static IEnumerable<string> Length(string text, int max) => text.Length > max ? [$"must be no more than {max} bytes"] : [];

    private static IEnumerable<string> Form(bool fits, string rule) => fits ? [] : [rule];

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex SubdomainForm();

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z")]
    private static partial Regex NameForm();
}
