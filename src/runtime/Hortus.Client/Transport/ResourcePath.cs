using System.Globalization;
using System.Text;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>Builds the URLs of the resource API.</summary>
internal static class ResourcePath
{
    public static string Collection(ResourceKind kind, string? @namespace)
    {
        var path = new StringBuilder(kind.Group.Length == 0 ? "api/" : $"apis/{kind.Group}/").Append(kind.Version);
        if (kind.Namespaced && !string.IsNullOrEmpty(@namespace))
        {
            path.Append("/namespaces/").Append(Uri.EscapeDataString(@namespace));
        }

        return path.Append('/').Append(kind.Plural).ToString();
    }

    /// <summary>The part of a path that all kinds of its group have; null for a path that leads to no kinds.</summary>
    public static string? GroupOf(string path) => path.Split('/') switch
    {
        ["api", _, ..] => "api/",
        ["apis", var group, _, ..] => $"apis/{group}/",
        _ => null,
    };

    public static string Object(ResourceKind kind, ObjectKey key, string? subresource = null)
    {
        if (string.IsNullOrEmpty(key.Name))
        {
            throw new ArgumentException($"{kind.Kind} needs a name in metadata.name", nameof(key));
        }

        if (kind.Namespaced && string.IsNullOrEmpty(key.Namespace))
        {
            throw new ArgumentException($"{kind.Kind} {key.Name} needs a namespace in metadata.namespace", nameof(key));
        }

        var path = $"{Collection(kind, key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
        return subresource is null ? path : $"{path}/{subresource}";
    }

    public static string List(ResourceKind kind, ListOptions options, int? limit, string? @continue) =>
        Collection(kind, options.Namespace) + Query(
            ("labelSelector", options.LabelSelector),
            ("fieldSelector", options.FieldSelector),
            ("resourceVersion", @continue is null ? options.ResourceVersion : null),
            ("limit", limit?.ToString(CultureInfo.InvariantCulture)),
            ("continue", @continue));

    public static string Watch(ResourceKind kind, WatchOptions options) =>
        Collection(kind, options.Namespace) + Query(
            ("watch", "true"),
            ("labelSelector", options.LabelSelector),
            ("fieldSelector", options.FieldSelector),
            ("resourceVersion", options.ResourceVersion),
            ("allowWatchBookmarks", options.AllowBookmarks ? "true" : null),
            ("timeoutSeconds", options.Timeout?.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)));

    public static string Patch(ResourceKind kind, ObjectKey key, Patch patch) =>
        Object(kind, key, patch.Subresource) + Query(
            ("fieldManager", patch.FieldManager), ("force", patch.Force ? "true" : null));

    /// <summary>The same address, for a write that is only rehearsed.</summary>
    public static string Rehearsed(string path) =>
        path + (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "dryRun=All";

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in parameters)
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name)
                    .Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return query.ToString();
    }
}
