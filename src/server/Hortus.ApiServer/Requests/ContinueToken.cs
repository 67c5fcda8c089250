using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Requests;

/// <summary>Where the next page of a list starts.</summary>
/// <param name="Revision">Revision all pages are read at; -1 means the newest.</param>
/// <param name="Start">First key of the page, without the list's prefix.</param>
internal sealed record ContinueToken(long Revision, string Start)
{
    private const string FormatVersion = "meta.k8s.io/v1";

    /// <summary>The opaque text given to clients.</summary>
    public string Encode() => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject { ["v"] = FormatVersion, ["rv"] = Revision, ["start"] = Start }));

    /// <summary>Reads a token.</summary>
    /// <exception cref="ApiStatusException">400: not a token of ours.</exception>
    public static ContinueToken Parse(string text)
    {
        try
        {
            if (JsonNode.Parse(Base64Url.DecodeFromChars(text)) is JsonObject token
                && token["v"]?.GetValue<string>() == FormatVersion
                && token["rv"]?.GetValue<long>() is { } revision and not 0
                && token["start"]?.GetValue<string>() is { Length: > 0 } start
                && IsClean(start))
            {
                return new ContinueToken(revision, start);
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            // The answer below says all there is to say about a token that does not parse.
        }

        throw ApiErrors.BadRequest("continue key is not valid: want the token of the previous page");
    }

    private static bool IsClean(string start) =>
        !start.StartsWith('/') && start.Split('/').All(part => part.TrimEnd('\0') is not "." and not "..");
}
