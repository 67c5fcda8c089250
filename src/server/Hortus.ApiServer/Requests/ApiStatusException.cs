using Hortus.Objects;

namespace Hortus.ApiServer.Requests;

/// <summary>Ends a request with this Status as the answer. Made by <see cref="ApiErrors"/>.</summary>
public sealed class ApiStatusException(Status status, Exception? inner = null) : Exception(status.Message, inner)
{
    public Status Status { get; } = status;

    /// <summary>HTTP status code.</summary>
    public int Code => Status.Code ?? 500;

    /// <summary>See <see cref="StatusReason"/>.</summary>
    public string Reason => Status.Reason ?? "";
}
