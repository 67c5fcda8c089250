using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Decoding;

/// <summary>Answers to bodies that cannot be served, beside those of <see cref="ApiErrors"/>.</summary>
internal static class Rejection
{
    /// <summary>The body is malformed: 400.</summary>
    public static ApiStatusException BadRequest(string message) => ApiErrors.BadRequest(message);

    /// <summary>The body is well formed, but does not fit the object it is about: 422.</summary>
    public static ApiStatusException Unprocessable(string message) =>
        ApiErrors.Make(422, StatusReason.Invalid, message, new StatusDetails
        {
            Causes = [new StatusCause { Reason = "UnexpectedServerResponse", Message = message }],
        });

    /// <summary>A limit on the size of the request is exceeded: 413.</summary>
    public static ApiStatusException TooLarge(string message) =>
        ApiErrors.Make(413, StatusReason.RequestEntityTooLarge, message);

    /// <summary>Nobody reads this media type: 415.</summary>
    public static ApiStatusException UnsupportedMediaType(string message) =>
        ApiErrors.Make(415, StatusReason.UnsupportedMediaType, message);
}
