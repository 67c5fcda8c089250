namespace Hortus.Dns;

/// <summary>Names as this library keeps them: lower case, labels joined by dots, no final dot; the root is the empty text.</summary>
public static class DnsName
{
    /// <summary>Longest label in bytes, RFC 1035 section 2.3.4.</summary>
    public const int LabelBytesMax = 63;

    /// <summary>Longest name in bytes as it stands in a message: a length before each label and a zero at the end.</summary>
    public const int WireBytesMax = 255;

    /// <summary>The one form of a name in which it is compared.</summary>
    public static string Normalize(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.TrimEnd('.').ToLowerInvariant();
    }

    /// <summary>What is wrong with a name that hosts could have; null when nothing is.</summary>
    /// <param name="name">A normalized name; its first label may be <c>*</c>.</param>
    public static string? FaultOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > WireBytesMax - 2)
        {
            return $"a name has 1 to {WireBytesMax - 2} characters";
        }

        var labels = name.Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            if (!(i == 0 && labels.Length > 1 && labels[i] == "*") && !IsLabel(labels[i]))
            {
                return $"\"{labels[i]}\" is no label: want 1 to {LabelBytesMax} letters, digits, '-' or '_', no '-' at its ends";
            }
        }

        return null;
    }

    /// <summary>The name without its first label; the empty text for a name of one label.</summary>
    public static string ParentOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? "" : name[(dot + 1)..];
    }

    /// <summary>Whether a normalized name is a zone's own or lies below it.</summary>
    public static bool IsIn(string name, string zone)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(zone);
        return name == zone || zone.Length == 0
            || (name.Length > zone.Length && name[^(zone.Length + 1)] == '.' && name.EndsWith(zone, StringComparison.Ordinal));
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LabelBytesMax
        && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
