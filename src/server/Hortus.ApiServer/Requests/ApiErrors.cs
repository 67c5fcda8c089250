using Hortus.Objects;

namespace Hortus.ApiServer.Requests;

/// <summary>Errors in the words of Kubernetes; users and tools search for these texts.</summary>
public static class ApiErrors
{
    public static ApiStatusException BadRequest(string message) => Make(400, StatusReason.BadRequest, message);

    public static ApiStatusException Unauthorized() => Make(401, StatusReason.Unauthorized, "Unauthorized");

    /// <summary>403 on one object of a resource; <paramref name="why"/> follows "is forbidden: ".</summary>
    public static ApiStatusException Forbidden(ResourceKind kind, string name, string why) =>
        Make(403, StatusReason.Forbidden, $"{Subject(kind.GroupResource, name)} is forbidden: {why}", Details(kind, name));

    /// <summary>403 on something that is no resource.</summary>
    public static ApiStatusException Forbidden(string message) => Make(403, StatusReason.Forbidden, message);

    /// <summary>403 with a cause, such as NamespaceTerminating.</summary>
    public static ApiStatusException Forbidden(ResourceKind kind, string name, string why, StatusCause cause) =>
        Make(403, StatusReason.Forbidden, $"{Subject(kind.GroupResource, name)} is forbidden: {why}",
            Details(kind, name) with { Causes = [cause] });

    public static ApiStatusException NotFound(ResourceKind kind, string name) =>
        Make(404, StatusReason.NotFound, $"{Subject(kind.GroupResource, name)} not found", Details(kind, name));

    /// <summary>404 for a path that addresses nothing we serve.</summary>
    public static ApiStatusException UnknownResource() =>
        Make(404, StatusReason.NotFound, "the server could not find the requested resource", new StatusDetails());

    public static ApiStatusException MethodNotAllowed(ResourceKind kind, string verb) =>
        Make(405, StatusReason.MethodNotAllowed,
            $"{verb} is not supported on resources of kind \"{kind.GroupResource}\"", Details(kind, null));

    /// <summary>405 for an object of a resource whose definition is going.</summary>
    public static ApiStatusException Terminating(ResourceKind kind) =>
        Make(405, StatusReason.MethodNotAllowed,
            "create not allowed while custom resource definition is terminating", Details(kind, null));

    public static ApiStatusException NotAcceptable(IEnumerable<string> accepted) =>
        Make(406, StatusReason.NotAcceptable,
            "only the following media types are accepted: " + string.Join(", ", accepted));

    public static ApiStatusException UnsupportedMediaType(IEnumerable<string> accepted) =>
        Make(415, StatusReason.UnsupportedMediaType,
            "the body of the request was in an unknown format - accepted media types include: "
            + string.Join(", ", accepted));

    public static ApiStatusException AlreadyExists(ResourceKind kind, string name) =>
        Make(409, StatusReason.AlreadyExists, $"{Subject(kind.GroupResource, name)} already exists", Details(kind, name));

    /// <summary>409 because the object changed in between.</summary>
    public static ApiStatusException Conflict(ResourceKind kind, string name) =>
        Conflict(kind, name,
            "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>409 for another reason.</summary>
    public static ApiStatusException Conflict(ResourceKind kind, string name, string why) =>
        Make(409, StatusReason.Conflict,
            $"Operation cannot be fulfilled on {Subject(kind.GroupResource, name)}: {why}", Details(kind, name));

    /// <summary>409 of server-side apply; one cause per field and manager.</summary>
    public static ApiStatusException ApplyConflict(string message, IReadOnlyList<StatusCause> causes) =>
        Make(409, StatusReason.Conflict, message, new StatusDetails { Causes = causes });

    /// <summary>410: the resource version lies before the history kept.</summary>
    public static ApiStatusException Expired(string message) => Make(410, StatusReason.Expired, message);

    public static ApiStatusException TooLarge(long limit) =>
        Make(413, StatusReason.RequestEntityTooLarge, $"Request entity too large: limit is {limit}");

    /// <summary>422 with one cause per fault.</summary>
    public static ApiStatusException Invalid(ResourceKind kind, string name, FieldErrors errors)
    {
        var group = kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}";
        var texts = errors.All.Select(e => e.ToString()).Distinct().ToList();
        var message = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        return Make(422, StatusReason.Invalid, $"{group} \"{name}\" is invalid: {message}", new StatusDetails
        {
            Name = Blank(name),
            Group = Blank(kind.Group),
            Kind = kind.Kind,
            Causes = [.. errors.All.Select(e => new StatusCause
            {
                Reason = e.Reason,
                Message = e.Message,
                Field = e.Field.ToString(),
            })],
        });
    }

    public static ApiStatusException TooManyRequests(string message, int retryAfterSeconds) =>
        Make(429, StatusReason.TooManyRequests, message, new StatusDetails { RetryAfterSeconds = retryAfterSeconds });

    public static ApiStatusException Internal(string message, Exception? inner = null) =>
        Make(500, StatusReason.InternalError, "Internal error occurred: " + message, inner: inner);

    public static ApiStatusException ServiceUnavailable(string message) =>
        Make(503, StatusReason.ServiceUnavailable, message);

    public static ApiStatusException Timeout(string message) => Make(504, StatusReason.Timeout, "Timeout: " + message);

    /// <summary>504: the client has seen a newer version than this server.</summary>
    public static ApiStatusException FutureVersion(long asked, long current) =>
        Make(504, StatusReason.Timeout, $"Timeout: Too large resource version: {asked}, current: {current}",
            new StatusDetails
            {
                RetryAfterSeconds = 1,
                Causes = [new StatusCause { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }],
            });

    /// <summary>Any other Status.</summary>
    public static ApiStatusException Make(
        int code, string reason, string message, StatusDetails? details = null, Exception? inner = null) =>
        new(new Status { Outcome = "Failure", Code = code, Reason = reason, Message = message, Details = details }, inner);

    private static string Subject(string groupResource, string name) =>
        name.Length == 0 ? groupResource : $"{groupResource} \"{name}\"";

    private static StatusDetails Details(ResourceKind kind, string? name) =>
        new() { Name = Blank(name), Group = Blank(kind.Group), Kind = kind.Plural };

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
