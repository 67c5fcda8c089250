using System.Text.RegularExpressions;

namespace Hortus.Objects;

/// <summary>What may be the name of an object.</summary>
public static partial class NameFormat
{
    /// <summary>Longest name of most kinds, in characters.</summary>
    public const int LengthMax = 253;

    /// <summary>Whether a text is a DNS name in lower case, as the names of most kinds are.</summary>
    public static bool IsSubdomain(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length <= LengthMax && Subdomain().IsMatch(name);
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex Subdomain();
}
