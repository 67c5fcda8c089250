using System.Globalization;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions;

/// <summary>Says whether an extension has done what was asked for, with the rules of Gardener's extension contract.</summary>
public static class ExtensionReadiness
{
    /// <summary>The form of <see cref="GardenerAnnotations.Timestamp"/>: RFC 3339 in UTC with 100 ns steps.</summary>
    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Why the object is not ready, or null when it is.</summary>
    /// <param name="value">The object; null when absent.</param>
    /// <param name="timestamp">The annotation value that the caller wrote with its request; an object with another one is
    /// not yet (or no longer) the one asked for. Null accepts any.</param>
    public static string? WhyNotReady(ExtensionObject? value, string? timestamp)
    {
        if (value is null)
        {
            return "does not exist";
        }

        var status = value.ExtensionStatus;
        var written = value.Metadata.Annotation(GardenerAnnotations.Timestamp);
        return status switch
        {
            _ when timestamp is not null && written != timestamp => $"was asked anew at {written ?? "an unknown time"}",
            _ when value.Metadata.Annotation(GardenerAnnotations.Operation) is { } operation =>
                $"no extension has taken up the operation \"{operation}\" yet",
            _ when (status.ObservedGeneration ?? 0) != (value.Metadata.Generation ?? 0) =>
                $"generation {value.Metadata.Generation} is not handled yet (last: {status.ObservedGeneration ?? 0})",
            { LastError: { } error } => $"extension reports: {error.Description}",
            { LastOperation: null } => "extension has not reported an operation yet",
            { LastOperation: { State: not LastOperationState.Succeeded } last } =>
                $"operation {last.Type} is {last.State}: {last.Description}",
            { LastOperation: { } last } when IsOlder(last.LastUpdateTime, written) => "last operation is older than the request",
            _ => null,
        };
    }

    // Times in objects have whole seconds only.
    private static bool IsOlder(DateTimeOffset? updated, string? timestamp) =>
        timestamp is not null && updated is not null &&
        DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var asked) &&
        updated.Value.ToUnixTimeSeconds() < asked.ToUnixTimeSeconds();
}
