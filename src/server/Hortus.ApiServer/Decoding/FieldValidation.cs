using Hortus.ApiServer.Requests;
namespace Hortus.ApiServer.Decoding;

/// <summary>What happens to unknown and duplicate fields; the parameter <c>fieldValidation</c> of writes.</summary>
public enum FieldValidation
{
    /// <summary>They are dropped silently.</summary>
    Ignore,

    /// <summary>They are dropped with a warning header; the default.</summary>
    Warn,

    /// <summary>They fail the request.</summary>
    Strict,
}

/// <summary>Turns unknown and duplicate fields into warnings or a refusal.</summary>
public static class StrictDecoding
{
    private const int WarningCharsMax = 256;
    private const int WarningsCharsMax = 4096;

    /// <summary>Reads the query parameter; absent or empty means <see cref="FieldValidation.Warn"/>.</summary>
    /// <returns>Whether the value is one of the three.</returns>
    public static bool TryParse(string? parameter, out FieldValidation validation)
    {
        validation = parameter switch
        {
            "Ignore" => FieldValidation.Ignore,
            "Strict" => FieldValidation.Strict,
            _ => FieldValidation.Warn,
        };
        return parameter is null or "" or "Ignore" or "Strict" or "Warn";
    }

    /// <summary>The warnings to send, without the header's <c>299 -</c> prefix and quotes.</summary>
    /// <param name="mode">What the client asked for.</param>
    /// <param name="unknown">Paths of fields that the schema does not know.</param>
    /// <param name="duplicates">Paths of fields given more than once.</param>
    /// <exception cref="ApiStatusException">Strict and there is at least one such field: 400.</exception>
    public static IReadOnlyList<string> Check(
        FieldValidation mode, IReadOnlyList<string> unknown, IReadOnlyList<string> duplicates)
    {
        if (mode == FieldValidation.Ignore || (unknown.Count == 0 && duplicates.Count == 0))
        {
            return [];
        }

        var texts = duplicates.Select(path => $"duplicate field \"{path}\"")
            .Concat(unknown.Select(path => $"unknown field \"{path}\""));
        if (mode == FieldValidation.Strict)
        {
            throw Rejection.BadRequest("strict decoding error: " + string.Join(", ", texts));
        }

        var warnings = new List<string>();
        var length = 0;
        foreach (var text in texts)
        {
            var warning = text.Length <= WarningCharsMax ? text : text[..WarningCharsMax];
            length += warning.Length;
            if (length > WarningsCharsMax)
            {
                break;
            }

            warnings.Add(warning);
        }

        return warnings;
    }
}
