using Hortus.Objects;

namespace Hortus.ApiServer.Requests;

/// <summary>What a request addresses, derived from method, path and query alone.</summary>
public sealed record RequestInfo
{
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

    /// <summary>Group, version, resource.</summary>
    public GroupVersionResource GroupVersionResource => new(Group, Version, Resource);
}
