using Hortus.Objects;

namespace Hortus.ApiServer.Requests;

/// <summary>What a request addresses, derived from method, path and query alone.</summary>
public sealed record RequestInfo
{
    private static readonly Dictionary<string, string> NoFields = [];

    /// <summary>False for paths such as <c>/version</c> and <c>/apis</c>.</summary>
    public bool IsResource { get; init; }

    public required string Path { get; init; }

    /// <summary>
    /// For resources: get, list, watch, create, update, patch, delete, deletecollection; otherwise the HTTP method in lower case.
    /// </summary>
    public required string Verb { get; init; }

    public string Group { get; init; } = "";

    public string Version { get; init; } = "";

    /// <summary>Plural resource name.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Empty for the main resource.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>What follows the subresource without the leading slash (proxy paths); empty otherwise.</summary>
    public string SubresourcePath { get; init; } = "";

    /// <summary>Null for cluster-scoped requests and for lists over all namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>Null for collections.</summary>
    public string? Name { get; init; }

    /// <summary>The fields that a list, watch or deletion of a collection is restricted to, each with the one value wanted;
    /// empty when there is no field selector or it cannot be read.</summary>
    public IReadOnlyDictionary<string, string> SelectedFields { get; init; } = NoFields;

    /// <summary>The one object that a request can concern: the one named, or the one a field selector restricts it
    /// to.</summary>
    public string? OnlyName => Name ?? SelectedFields.GetValueOrDefault("metadata.name");

    /// <summary>Group, version, resource.</summary>
    public GroupVersionResource GroupVersionResource => new(Group, Version, Resource);
}
