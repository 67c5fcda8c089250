namespace Hortus.Objects;

/// <summary>The API's answer when there is no object to return, above all for errors.</summary>
[KubernetesResource("", "v1", "Status", "", Namespaced = false)]
public sealed record Status : ApiType
{
    public string ApiVersion { get => field ?? "v1"; init; }

    public string Kind { get => field ?? "Status"; init; }

    public ListMeta Metadata { get => field ??= new ListMeta(); init; }

    /// <summary><c>Success</c> or <c>Failure</c>; the wire name is <c>status</c>.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("status")]
    public string? Outcome { get; init; }

    public string? Message { get; init; }

    /// <summary>Machine-readable reason such as <c>NotFound</c>; see <see cref="StatusReason"/>.</summary>
    public string? Reason { get; init; }

    public StatusDetails? Details { get; init; }

    /// <summary>HTTP status code.</summary>
    public int? Code { get; init; }
}

/// <summary>What a <see cref="Status"/> is about.</summary>
public sealed record StatusDetails : ApiType
{
    public string? Name { get; init; }

    public string? Group { get; init; }

    /// <summary>Resource (for most errors) or kind (for Invalid).</summary>
    public string? Kind { get; init; }

    public string? Uid { get; init; }

    public IReadOnlyList<StatusCause>? Causes { get; init; }

    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One cause of a failure, with the path of the field it concerns.</summary>
public sealed record StatusCause : ApiType
{
    public string? Reason { get; init; }

    public string? Message { get; init; }

    public string? Field { get; init; }
}

/// <summary>The reasons of <see cref="Status"/> that our code tells apart.</summary>
public static class StatusReason
{
    public const string BadRequest = "BadRequest";
    public const string Unauthorized = "Unauthorized";
    public const string Forbidden = "Forbidden";
    public const string NotFound = "NotFound";
    public const string MethodNotAllowed = "MethodNotAllowed";
    public const string NotAcceptable = "NotAcceptable";
    public const string UnsupportedMediaType = "UnsupportedMediaType";
    public const string AlreadyExists = "AlreadyExists";
    public const string Conflict = "Conflict";
    public const string Expired = "Expired";
    public const string Gone = "Gone";
    public const string RequestEntityTooLarge = "RequestEntityTooLarge";
    public const string Invalid = "Invalid";
    public const string TooManyRequests = "TooManyRequests";
    public const string InternalError = "InternalError";
    public const string ServerTimeout = "ServerTimeout";
    public const string Timeout = "Timeout";
    public const string ServiceUnavailable = "ServiceUnavailable";
}
