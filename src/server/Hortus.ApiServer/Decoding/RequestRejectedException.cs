using Hortus.Objects;

namespace Hortus.ApiServer.Decoding;

/// <summary>The request cannot be served because of what it contains; carries the answer to send.</summary>
/// <param name="code">HTTP status code, 4xx.</param>
/// <param name="reason">One of <see cref="StatusReason"/>.</param>
/// <param name="message">What is wrong, as the user reads it.</param>
/// <param name="causes">The single faults; empty when the message says all.</param>
public sealed class RequestRejectedException(
    int code, string reason, string message, IReadOnlyList<StatusCause>? causes = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public IReadOnlyList<StatusCause> Causes { get; } = causes ?? [];

    /// <summary>The request body or a parameter is malformed: 400.</summary>
    public static RequestRejectedException BadRequest(string message) => new(400, StatusReason.BadRequest, message);

    /// <summary>The request is well formed, but does not fit the object it is about: 422.</summary>
    public static RequestRejectedException Unprocessable(string message) =>
        new(422, StatusReason.Invalid, message, [new StatusCause { Reason = "UnexpectedServerResponse", Message = message }]);

    /// <summary>A limit on the size of the request is exceeded: 413.</summary>
    public static RequestRejectedException TooLarge(string message) =>
        new(413, StatusReason.RequestEntityTooLarge, message);

    /// <summary>The answer to send.</summary>
    public Status ToStatus() => new()
    {
        Outcome = "Failure",
        Message = Message,
        Reason = Reason,
        Code = Code,
        Details = Causes.Count == 0 ? null : new StatusDetails { Causes = Causes },
    };
}
