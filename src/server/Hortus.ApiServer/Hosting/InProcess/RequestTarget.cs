using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Hosting.InProcess;

/// <summary>Takes a request target apart by the rules of the web server, so that both ways in see the same path.</summary>
internal static class RequestTarget
{
    /// <summary>Path (decoded except <c>%2F</c>, without dot segments) and query (with its question mark, or empty).</summary>
    /// <exception cref="BadHttpRequestException">It does not start with a slash or holds a NUL.</exception>
    public static (string Path, string Query) Parse(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (encoded, query) = mark < 0 ? (target, "") : (target[..mark], target[mark..]);
        if (!encoded.StartsWith('/') || encoded.Contains('\0') || encoded.Contains("%00", StringComparison.Ordinal))
        {
            throw new BadHttpRequestException("invalid request target");
        }

#pragma warning disable CA2234 // Only the overload for text keeps %2F as it is.
        var path = encoded.Contains('%') ? PathString.FromUriComponent(encoded).Value! : encoded;
#pragma warning restore CA2234
        return (path.Contains("/.", StringComparison.Ordinal) ? WithoutDots(path) : path, query);
    }

    private static string WithoutDots(string path)
    {
        var kept = new List<string>();
        var parts = path[1..].Split('/');
        foreach (var part in parts)
        {
            if (part == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }
            else if (part is not "." and not "..")
            {
                kept.Add(part);
            }
        }

        // A path that ends in a dot segment names a folder.
        if (parts[^1] is "." or "..")
        {
            kept.Add("");
        }

        return "/" + string.Join('/', kept);
    }
}
