using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Runtime.Webhooks;

/// <summary>What an API server asks about.</summary>
public sealed record AdmissionRequest
{
    /// <summary>Ties the answer to the request.</summary>
    public required string Uid { get; init; }

    /// <summary>CREATE, UPDATE, DELETE or CONNECT.</summary>
    public required string Operation { get; init; }

    /// <summary>Group of kind and resource.</summary>
    public required string Group { get; init; }

    public required string Kind { get; init; }

    /// <summary>Plural name of the resource.</summary>
    public required string Resource { get; init; }

    public string? Subresource { get; init; }

    /// <summary>Null for kinds without namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Empty for objects whose name is generated, and for deletions of whole lists.</summary>
    public string Name { get; init; } = "";

    /// <summary>The new state; null for deletions.</summary>
    public JsonObject? Object { get; init; }

    /// <summary>The old state; null for creations.</summary>
    public JsonObject? OldObject { get; init; }

    /// <summary>Kind and name for messages.</summary>
    public override string ToString() => $"{Kind} {new ObjectKey(Namespace, Name)}";

    /// <summary>Whether it is about a kind, not one of its subresources.</summary>
    public bool IsAbout(string group, string kind) => Group == group && Kind == kind && string.IsNullOrEmpty(Subresource);
}
