namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>Rules for single values of a configuration.</summary>
internal static class ConfigurationValues
{
    /// <summary>Requires a duration where there is a text; null when there is none or it is wrong.</summary>
    public static TimeSpan? Time(string? text, FieldPath path, FieldErrors errors)
    {
        if (text is null)
        {
            return null;
        }

        if (text.StartsWith('-') && Duration.TryParse(text[1..], out _))
        {
            errors.Invalid(path, text, "must be greater than or equal to 0");
            return null;
        }

        if (Duration.TryParse(text, out var time))
        {
            return time;
        }

        errors.Invalid(path, text, "must be a duration such as 30s, 5m or 1h30m");
        return null;
    }

    /// <summary>Requires a number that is not below zero.</summary>
    public static void NotNegative(long? value, FieldPath path, FieldErrors errors)
    {
        if (value is < 0)
        {
            errors.Invalid(path, value, "must be greater than or equal to 0");
        }
    }

    /// <summary>Requires one of the given texts; an empty one counts as absent.</summary>
    public static void OneOf(string? value, FieldPath path, IReadOnlyList<string> supported, FieldErrors errors)
    {
        if (!string.IsNullOrEmpty(value) && !supported.Contains(value))
        {
            errors.NotSupported(path, value, supported);
        }
    }
}
