using System.Globalization;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Requests;

/// <summary>The query of a list or watch.</summary>
internal sealed record ListOptions
{
    private static readonly ResourceKind Names = new()
    {
        Group = "meta.k8s.io",
        Version = "v1",
        Kind = "ListOptions",
        Plural = "listoptions",
    };

    public string LabelSelector { get; init; } = "";

    public string FieldSelector { get; init; } = "";

    /// <summary>Null when not given; 0 means any.</summary>
    public long? ResourceVersion { get; init; }

    /// <summary>Empty, <c>Exact</c> or <c>NotOlderThan</c>.</summary>
    public string ResourceVersionMatch { get; init; } = "";

    /// <summary>0 means all.</summary>
    public int Limit { get; init; }

    public string Continue { get; init; } = "";

    public long? TimeoutSeconds { get; init; }

    public bool AllowWatchBookmarks { get; init; }

    public bool? SendInitialEvents { get; init; }

    /// <summary>Reads and checks the query.</summary>
    /// <exception cref="ApiStatusException">400 or 422.</exception>
    public static ListOptions Parse(IQueryCollection query, bool isWatch)
    {
        var options = new ListOptions
        {
            LabelSelector = query["labelSelector"].ToString(),
            FieldSelector = query["fieldSelector"].ToString(),
            ResourceVersion = ParseVersion(query["resourceVersion"].ToString()),
            ResourceVersionMatch = query["resourceVersionMatch"].ToString(),
            Limit = (int)Math.Clamp(ParseNumber(query, "limit") ?? 0, 0, int.MaxValue),
            Continue = isWatch ? "" : query["continue"].ToString(),
            TimeoutSeconds = ParseNumber(query, "timeoutSeconds"),
            AllowWatchBookmarks = ParseFlag(query, "allowWatchBookmarks") ?? false,
            SendInitialEvents = ParseFlag(query, "sendInitialEvents"),
        };
        var errors = new FieldErrors();
        options.Check(isWatch, errors);
        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(Names, "", errors);
        }

        return options is { Continue.Length: > 0, ResourceVersion: > 0 }
            ? throw ApiErrors.BadRequest("specifying resource version is not allowed when using continue")
            : options;
    }

    private void Check(bool isWatch, FieldErrors errors)
    {
        var match = FieldPath.Root["resourceVersionMatch"];
        if (isWatch)
        {
            CheckWatch(errors, match);
            return;
        }

        if (SendInitialEvents is not null)
        {
            errors.Forbidden(FieldPath.Root["sendInitialEvents"], "sendInitialEvents is forbidden for list");
        }

        if (ResourceVersionMatch.Length == 0)
        {
            return;
        }

        if (ResourceVersion is null)
        {
            errors.Forbidden(match, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }

        if (Continue.Length > 0)
        {
            errors.Forbidden(match, "resourceVersionMatch is forbidden when continue is provided");
        }

        if (ResourceVersionMatch is not "Exact" and not "NotOlderThan")
        {
            errors.NotSupported(match, ResourceVersionMatch, ["Exact", "NotOlderThan", ""]);
        }
        else if (ResourceVersionMatch == "Exact" && ResourceVersion == 0)
        {
            errors.Forbidden(match, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
    }

    private void CheckWatch(FieldErrors errors, FieldPath match)
    {
        if (SendInitialEvents is not null && ResourceVersionMatch != "NotOlderThan")
        {
            errors.Forbidden(match, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }
        else if (SendInitialEvents is null && ResourceVersionMatch.Length > 0)
        {
            errors.Forbidden(match, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }
    }

    private static long? ParseVersion(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return version;
        }

        var errors = new FieldErrors();
        errors.Invalid(FieldPath.Root["resourceVersion"], text, "must be a decimal number");
        throw ApiErrors.Invalid(Names, "", errors);
    }

    private static long? ParseNumber(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        return text.Length == 0 ? null
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : throw ApiErrors.BadRequest($"the query parameter {name} must be a number, found \"{text}\"");
    }

    private static bool? ParseFlag(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var value))
        {
            return null;
        }

        return value.ToString() switch
        {
            "1" or "true" or "True" or "TRUE" or "t" or "T" or "" => true,
            _ => false,
        };
    }
}
