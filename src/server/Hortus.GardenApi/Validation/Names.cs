using System.Text.RegularExpressions;
using Hortus.Objects;

namespace Hortus.GardenApi.Validation;

/// <summary>Rules for names and other short texts.</summary>
internal static partial class Names
{
    private const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
            + "with an alphanumeric character";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            + "start and end with an alphanumeric character";

    /// <summary>Requires a DNS label (63 characters at most).</summary>
    public static void Label(string? value, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Required(path);
        }
        else if (value.Length > 63 || !LabelPattern().IsMatch(value))
        {
            errors.Invalid(path, value, LabelRule);
        }
    }

    /// <summary>Requires a DNS name (253 characters at most).</summary>
    public static void Subdomain(string? value, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Required(path);
        }
        else if (value.Length > 253 || !SubdomainPattern().IsMatch(value))
        {
            errors.Invalid(path, value, SubdomainRule);
        }
    }

    /// <summary>Requires any text.</summary>
    public static void Present(string? value, FieldPath path, FieldErrors errors, string detail = "")
    {
        if (string.IsNullOrEmpty(value))
        {
            errors.Required(path, detail);
        }
    }

    /// <summary>Requires a number that is not below zero.</summary>
    public static void NotNegative(int? value, FieldPath path, FieldErrors errors)
    {
        if (value is < 0)
        {
            errors.Invalid(path, value, "must be greater than or equal to 0");
        }
    }

    /// <summary>Requires one of the given texts where there is one.</summary>
    public static void OneOf(string? value, FieldPath path, FieldErrors errors, params string[] supported)
    {
        if (value is not null && !supported.Contains(value))
        {
            errors.NotSupported(path, value, supported);
        }
    }

    /// <summary>Requires that a field has not changed; <paramref name="oncePresent"/> lets it be set once.</summary>
    public static void Unchanged(
        string? value, string? old, FieldPath path, FieldErrors errors, bool oncePresent = false)
    {
        if ((value ?? "") != (old ?? "") && !(oncePresent && string.IsNullOrEmpty(old)))
        {
            errors.Invalid(path, value, "field is immutable");
        }
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex LabelPattern();

    [GeneratedRegex(
        @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.CultureInvariant)]
    private static partial Regex SubdomainPattern();
}
