using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Bounds, lengths, patterns and formats of strings and numbers.</summary>
internal static class ScalarChecks
{
    public static void Check(SchemaValidator validator, JsonNode value, SchemaNode schema)
    {
        if (value.Text() is { } text)
        {
            CheckText(validator, value, text, schema);
        }
        else if (value.TryNumber(out var number))
        {
            CheckNumber(validator, value, number, schema);
        }
    }

    private static void CheckText(SchemaValidator validator, JsonNode value, string text, SchemaNode schema)
    {
        if (schema.MaxLength is { } max && text.Length > max && Runes(text) > max)
        {
            validator.Errors.TooLong(validator.Here(), max);
        }

        if (schema.MinLength is { } min && Runes(text) < min)
        {
            validator.Invalid(value, $"should be at least {min} chars long");
        }

        if (schema.Pattern is { Length: > 0 } pattern && !Matches(pattern, text))
        {
            validator.Invalid(value, $"should match '{pattern}'");
        }

        if (schema.Format is { Length: > 0 } format && !Formats.Fits(format, text))
        {
            validator.Invalid(value, $"must be of type {format}: \"{text}\"");
        }
    }

    private static bool Matches(string pattern, string text)
    {
        try
        {
            return Formats.Pattern(pattern)?.IsMatch(text) ?? true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static int Runes(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    private static void CheckNumber(SchemaValidator validator, JsonNode value, double number, SchemaNode schema)
    {
        if (schema.Maximum is { } max && (schema.ExclusiveMaximum ? number >= max : number > max))
        {
            validator.Invalid(value, schema.ExclusiveMaximum
                ? $"should be less than {Show(max)}"
                : $"should be less than or equal to {Show(max)}");
        }

        if (schema.Minimum is { } min && (schema.ExclusiveMinimum ? number <= min : number < min))
        {
            validator.Invalid(value, schema.ExclusiveMinimum
                ? $"should be greater than {Show(min)}"
                : $"should be greater than or equal to {Show(min)}");
        }

        if (schema.MultipleOf is > 0 and { } step)
        {
            var times = number / step;
            if (Math.Abs(times - Math.Round(times)) > 1e-9)
            {
                validator.Invalid(value, $"should be a multiple of {Show(step)}");
            }
        }

        if (schema.Format == "int32" && number is (< int.MinValue or > int.MaxValue))
        {
            validator.Invalid(value, $"must be of type int32: \"{value.ToJsonString()}\"");
        }
    }

    private static string Show(double number) => number.ToString(CultureInfo.InvariantCulture);
}
