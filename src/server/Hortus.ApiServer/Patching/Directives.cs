using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Patching;

/// <summary>The fields of a strategic merge patch that say how to merge.</summary>
internal static class Directives
{
    public const string Patch = "$patch";
    public const string Retain = "$retainKeys";
    public const string DeleteFromList = "$deleteFromPrimitiveList/";
    public const string SetOrder = "$setElementOrder/";

    public const string Merge = "merge";
    public const string Replace = "replace";
    public const string Delete = "delete";

    /// <summary>What <c>$patch</c> says; merge when absent.</summary>
    public static string Of(JsonObject patch) => !patch.TryGetPropertyValue(Patch, out var value)
        ? Merge
        : value.Text() switch
        {
            Merge => Merge,
            Replace => Replace,
            Delete => Delete,
            _ => throw Rejection.BadRequest(
                $"strategic merge patch: {Patch} is {value?.ToJsonString() ?? "null"}, want merge, replace or delete"),
        };

    /// <summary>The field a directive such as <c>$setElementOrder/containers</c> is about; null when it is another
    /// directive.</summary>
    public static string? Field(string name, string directive) =>
        name.StartsWith(directive, StringComparison.Ordinal) ? name[directive.Length..] : null;

    /// <summary>The order wanted for a list, null when none is given.</summary>
    public static JsonArray? OrderOf(JsonObject patch, string field) =>
        !patch.TryGetPropertyValue(SetOrder + field, out var value)
            ? null
            : value as JsonArray
                ?? throw Rejection.BadRequest($"strategic merge patch: {SetOrder}{field} must be a list");
}
