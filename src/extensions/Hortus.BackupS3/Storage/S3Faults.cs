using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Hortus.Objects.Gardener;

namespace Hortus.BackupS3;

/// <summary>What went wrong at an object store, in words and as one of Gardener's classes of faults; pure.</summary>
internal static class S3Faults
{
    /// <summary>Whether a fault is one that <see cref="Describe"/> knows.</summary>
    public static bool IsOurs(Exception fault) => fault is AmazonServiceException or AmazonClientException or HttpRequestException
        or IOException or TimeoutException;

    /// <summary>The fault for users.</summary>
    /// <param name="doing">What was tried, such as "create bucket a".</param>
    /// <param name="settings">Of the store.</param>
    /// <param name="fault">The cause.</param>
    public static S3Exception Describe(string doing, S3Settings settings, Exception fault)
    {
        var tried = $"cannot {doing} at {settings}";
        return fault is AmazonServiceException { StatusCode: not 0 } answer
            ? new($"{tried}: {(int)answer.StatusCode} {NameOf(answer)}: {answer.Message.TrimEnd('.')}", CodeOf(answer), fault)
            : new($"{tried}: {Root(fault).Message.TrimEnd('.')}", ErrorCode.RetryableInfraDependencies, fault);
    }

    private static string CodeOf(AmazonServiceException answer) => (NameOf(answer), answer.StatusCode) switch
    {
        ("InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken" or "InvalidSecurity"
            or "RequestTimeTooSkewed", _) or (_, HttpStatusCode.Unauthorized) => ErrorCode.InfraUnauthenticated,
        ("SlowDown" or "Throttling" or "RequestLimitExceeded" or "TooManyRequests", _) or (_, HttpStatusCode.TooManyRequests) =>
            ErrorCode.InfraRateLimitsExceeded,
        ("TooManyBuckets" or "QuotaExceeded", _) or (_, HttpStatusCode.InsufficientStorage) => ErrorCode.InfraQuotaExceeded,
        (_, HttpStatusCode.Forbidden) => ErrorCode.InfraUnauthorized,
        ("BucketNotEmpty" or "OperationAborted", _) or (_, >= HttpStatusCode.InternalServerError) => ErrorCode.RetryableInfraDependencies,
        _ => ErrorCode.ConfigurationProblem,
    };

    private static string NameOf(AmazonServiceException answer) =>
        string.IsNullOrEmpty(answer.ErrorCode) ? answer.StatusCode.ToString() : answer.ErrorCode;

    private static Exception Root(Exception fault) => fault.InnerException is { } inner ? Root(inner) : fault;
}
