namespace Hortus.ResourceManager.Webhooks.Authorization;

/// <summary>Who wants to do what.</summary>
internal sealed record AuthorizationRequest
{
    public required string User { get; init; }

    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>Whether it is about a resource; else about a path, and the rest is empty.</summary>
    public bool IsResource { get; init; }

    public string Verb { get; init; } = "";

    /// <summary>API group; empty for the core group.</summary>
    public string Group { get; init; } = "";

    public string Resource { get; init; } = "";

    public string Subresource { get; init; } = "";

    /// <summary>Empty means all namespaces or none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Empty means all names; a creation has none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Fields that a list or watch is restricted to, with their one value.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();
}
