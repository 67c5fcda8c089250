using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>Which objects to list. Null fields do not restrict.</summary>
public sealed record ListOptions
{
    /// <summary>All namespaces (or a cluster-scoped kind).</summary>
    public static ListOptions All { get; } = new();

    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary>Page size; with a limit only one page is read.</summary>
    public int? Limit { get; init; }

    public string? Continue { get; init; }

    /// <summary>All objects of one namespace.</summary>
    public static ListOptions In(string @namespace) => new() { Namespace = @namespace };
}

/// <summary>What to watch and from where.</summary>
public sealed record WatchOptions
{
    public string? Namespace { get; init; }

    public string? LabelSelector { get; init; }

    public string? FieldSelector { get; init; }

    /// <summary>Events after this version; null starts with the current state as Added events.</summary>
    public string? ResourceVersion { get; init; }

    public bool AllowBookmarks { get; init; } = true;

    /// <summary>How long the server keeps the watch open; null leaves it to the server.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>What discovery found.</summary>
/// <param name="Kinds">The kinds that are served.</param>
/// <param name="Failed">Group versions that are registered but whose server did not answer, and why: nobody knows which kinds
/// they have.</param>
public sealed record DiscoveredKinds(
    IReadOnlyList<ResourceKind> Kinds, IReadOnlyDictionary<GroupVersion, string> Failed);

/// <summary>Kind of a watch event.</summary>
public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>No change: only the object's resourceVersion means something.</summary>
    Bookmark,
}

/// <summary>One change seen by a watch. For Deleted the object is the last state.</summary>
public readonly record struct WatchEvent<T>(WatchEventType Type, T Object);

/// <summary>An object of a kind known only at run time.</summary>
public sealed record DynamicObject : KubernetesObject
{
    /// <summary>The whole object as read.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public JsonObject Json { get => field ??= []; init; }
}

/// <summary>A patch body with its type and, where wanted, subresource.</summary>
public sealed record Patch
{
    private Patch(string contentType, JsonNode body)
    {
        ContentType = contentType;
        Body = body;
    }

    public string ContentType { get; }

    public JsonNode Body { get; }

    /// <summary><c>status</c>, <c>scale</c> or null for the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>Required for apply patches.</summary>
    public string? FieldManager { get; init; }

    /// <summary>Apply only: take fields over from other managers.</summary>
    public bool Force { get; init; }

    /// <summary>RFC 7386.</summary>
    public static Patch Merge(JsonObject body) => new("application/merge-patch+json", body);

    /// <summary>RFC 6902.</summary>
    public static Patch Json(JsonArray operations) => new("application/json-patch+json", operations);

    /// <summary>Strategic merge patch; built-in kinds only.</summary>
    public static Patch Strategic(JsonObject body) => new("application/strategic-merge-patch+json", body);

    /// <summary>Server-side apply.</summary>
    public static Patch Apply(JsonObject body, string fieldManager, bool force) =>
        new("application/apply-patch+yaml", body) { FieldManager = fieldManager, Force = force };
}

/// <summary>How to delete.</summary>
public sealed record DeleteOptions
{
    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>; null leaves it to the server
    /// (Background).</summary>
    public string? PropagationPolicy { get; init; }

    public long? GracePeriodSeconds { get; init; }

    /// <summary>Delete only this incarnation; another one is a Conflict.</summary>
    public string? PreconditionUid { get; init; }

    public string? PreconditionResourceVersion { get; init; }
}

/// <summary>The API server refused a call. <see cref="Status"/> says why.</summary>
public sealed class ApiException(
    Status status, string request) : Exception($"{request}: {status.Message ?? status.Reason ?? "no reason given"}")
{
    public Status Status { get; } = status;

    public int Code => Status.Code ?? 0;

    public string? Reason => Status.Reason;

    public bool IsNotFound => Code == 404;

    public bool IsConflict => Code == 409 && Reason == StatusReason.Conflict;

    public bool IsAlreadyExists => Code == 409 && Reason == StatusReason.AlreadyExists;

    public bool IsExpired => Code == 410 || Reason is StatusReason.Expired or StatusReason.Gone;
}
