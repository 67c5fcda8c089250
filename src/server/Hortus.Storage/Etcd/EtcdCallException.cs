namespace Hortus.Storage.Etcd;

/// <summary>Status codes of gRPC that the store tells apart.</summary>
internal enum GrpcCode
{
    Ok = 0,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    ResourceExhausted = 8,
    Aborted = 10,
    OutOfRange = 11,
    Internal = 13,
    Unavailable = 14,
}

/// <summary>A call to one member did not succeed.</summary>
/// <param name="code">What the member answered, or what its silence amounts to.</param>
/// <param name="message">Text of the answer or of the connection's failure.</param>
/// <param name="inner">Cause, when there was no answer.</param>
internal sealed class EtcdCallException(GrpcCode code, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public GrpcCode Code { get; } = code;

    /// <summary>False when the member cannot have seen the request.</summary>
    public bool MayHaveArrived { get; init; } = true;

    /// <summary>Whether another try, perhaps with another member, may succeed.</summary>
    public bool IsPassing => Code is GrpcCode.Unavailable or GrpcCode.DeadlineExceeded or GrpcCode.Aborted
        || Message.Contains("request timed out", StringComparison.Ordinal);

    public bool IsCompacted =>
        Code == GrpcCode.OutOfRange && Message.Contains("has been compacted", StringComparison.Ordinal);

    public bool IsFutureRevision =>
        Code == GrpcCode.OutOfRange && Message.Contains("future revision", StringComparison.Ordinal);

    // The first text is etcd's own limit, the second the one of its transport.
    public bool IsTooLarge => Message.Contains("request is too large", StringComparison.Ordinal)
        || (Code == GrpcCode.ResourceExhausted && Message.Contains("larger than max", StringComparison.Ordinal));
}
