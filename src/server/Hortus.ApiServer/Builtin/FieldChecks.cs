using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Checks that many kinds need.</summary>
internal static class FieldChecks
{
    private const string NotNegative = "must be greater than or equal to 0";

    public static void NonNegative(JsonObject fields, FieldPath path, FieldErrors errors, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields.Number(name) is < 0 and { } value)
            {
                errors.Invalid(path[name], value, NotNegative);
            }
        }
    }

    /// <summary>A text that, when given, is one of some.</summary>
    public static void OneOf(
        JsonObject fields, string name, FieldPath path, FieldErrors errors, params string[] supported)
    {
        if (fields.Text(name) is { Length: > 0 } text && !supported.Contains(text))
        {
            errors.NotSupported(path[name], text, supported);
        }
    }

    /// <summary>A count or a percentage, at most 100% unless told otherwise.</summary>
    public static void CountOrPercent(
        JsonObject fields, string name, FieldPath path, FieldErrors errors, int percentMax = 100)
    {
        if (fields.Text(name) is not { } text)
        {
            NonNegative(fields, path, errors, name);
        }
        else if (!text.EndsWith('%') || !int.TryParse(
            text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent))
        {
            errors.Invalid(path[name], text,
                "a valid percent string must be a numeric string followed by an ending '%'");
        }
        else if (percent > percentMax)
        {
            errors.Invalid(path[name], text, $"must not be greater than {percentMax}%");
        }
    }

    /// <summary>Whether a count or percentage is 0; one that is absent is not.</summary>
    public static bool IsZero(JsonObject fields, string name) =>
        fields.Number(name) == 0 || fields.Text(name) is "0%" or "0";

    public static void Labels(JsonObject? labels, FieldPath path, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (!MetadataValidation.IsLabelKey(key))
            {
                errors.Invalid(path, key, "a label key must be a name of at most 63 characters with an optional DNS prefix");
            }

            if (value.Text() is { } text && !MetadataValidation.IsLabelValue(text))
            {
                errors.Invalid(path, text, "a valid label must be an empty string or consist of alphanumeric characters, "
                    + "'-', '_' or '.', and must start and end with an alphanumeric character");
            }
        }
    }

    public static void Subdomain(string? name, FieldPath path, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(name) && !MetadataValidation.IsSubdomain(name))
        {
            errors.Invalid(path, name, NameRules.SubdomainRule);
        }
    }

    public static void Label(string? name, FieldPath path, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(name) && !Names.IsLabel(name))
        {
            errors.Invalid(path, name, Names.LabelRule);
        }
    }

    public static void Port(JsonObject fields, string name, FieldPath path, FieldErrors errors)
    {
        if (fields.Number(name) is < 1 or > 65535)
        {
            errors.Invalid(path[name], fields.Number(name), "must be between 1 and 65535, inclusive");
        }
    }

    /// <summary>Reads an address range, whose address may have bits beyond its prefix.</summary>
    public static bool TryRange(string text, out IPNetwork range)
    {
        range = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(text.AsSpan(0, slash), out var address)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8)
        {
            return false;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            var kept = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xff << (8 - kept));
        }

        range = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }
}
