namespace Hortus.Oci;

/// <summary>Why a registry could not serve.</summary>
public enum OciFailure
{
    /// <summary>What was given cannot be used: a reference without tag and digest, credentials or certificates that cannot be
    /// read.</summary>
    BadRequest,

    /// <summary>The registry wants other credentials, or gives them no right (401, 403).</summary>
    Denied,

    /// <summary>The registry has no such repository, manifest or blob (404).</summary>
    NotFound,

    /// <summary>The registry does not answer, asks to wait (429), or has an internal error (5xx).</summary>
    Unavailable,

    /// <summary>The registry shows a certificate that is not trusted, or sends its readers to a place without TLS.</summary>
    Untrusted,

    /// <summary>The registry answered with something else than was asked for: a wrong digest or size, or no registry at all.</summary>
    BadContent,

    /// <summary>The artifact is not what was asked for, for example an image where a chart is wanted.</summary>
    WrongArtifact,
}

/// <summary>A registry did not do what was asked. Messages name the reference, carry the registry's own words, and hold no
/// secrets.</summary>
public sealed class OciException : Exception
{
    public OciException(OciFailure failure, string message, Exception? cause = null)
        : base(message, cause) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public OciFailure Failure { get; }

    /// <summary>How long the registry asked to wait; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the server answered, but not with TLS.</summary>
    internal bool IsWithoutTls { get; init; }
}
