using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hortus.ApiServer.Requests;

/// <summary>The path of a request as the client wrote it.</summary>
internal static class RequestTarget
{
    /// <summary>Refuses <c>.</c> and <c>..</c> as segments, encoded or not. The web server has resolved them in the path that is
    /// served, so that the answer would be about another object than the client named.</summary>
    /// <exception cref="ApiStatusException">400: there is such a segment.</exception>
    public static void RefuseDotSegments(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var path = target.AsSpan(0, target.AsSpan().IndexOf('?') is >= 0 and var query ? query : target.Length);
        if (!path.Contains("/.", StringComparison.Ordinal) && !path.Contains("/%2e", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        foreach (var segment in path.Split('/'))
        {
            var name = Uri.UnescapeDataString(path[segment]);
            if (name is "." or "..")
            {
                throw ApiErrors.BadRequest($"invalid resource name \"{name}\": [may not be '{name}']");
            }
        }
    }
}
