using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Hortus.Oci;

/// <summary>Turns refusals of registries into messages.</summary>
internal static class RegistryError
{
    private const int BodyBytesMax = 16 * 1024;
    private const int TextMax = 300;

    /// <summary>What a registry answered, as <c>404 Not Found: MANIFEST_UNKNOWN: manifest unknown</c>.</summary>
    public static async Task<string> DescribeAsync(
        HttpResponseMessage response, RegistryOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var code = string.Create(
            CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase ?? response.StatusCode.ToString()}");
        var words = response.RequestMessage?.Method == HttpMethod.Head ? "" : await WordsAsync(response, options, clock, cancellationToken);
        return words.Length == 0 ? code : $"{code}: {words}";
    }

    /// <summary>The kind of failure that a status code means.</summary>
    public static OciFailure KindOf(HttpStatusCode code) => code switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => OciFailure.Denied,
        HttpStatusCode.NotFound => OciFailure.NotFound,
        _ when RetrySchedule.IsTransient(code) => OciFailure.Unavailable,
        _ => OciFailure.BadContent,
    };

    private static async Task<string> WordsAsync(
        HttpResponseMessage response, RegistryOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            var body = await ResponseBody.ReadAsync(response, BodyBytesMax, options, clock, cancellationToken);
            using var document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("errors", out var errors)
                ? string.Join("; ", errors.EnumerateArray().Select(Words).Distinct())
                : Text(document.RootElement, "details") ?? Text(document.RootElement, "error") ?? "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or OciException)
        {
            // The status code says enough; not every server in between speaks JSON.
            return "";
        }
    }

    private static string Words(JsonElement error) =>
        string.Join(": ", new[] { Text(error, "code"), Text(error, "message") }.Where(t => t is not null));

    private static string? Text(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var text = new StringBuilder();
        foreach (var c in value.GetString()!.AsSpan())
        {
            text.Append(char.IsControl(c) ? ' ' : c);
        }

        return text.Length <= TextMax ? text.ToString() : text.ToString(0, TextMax) + "...";
    }
}
