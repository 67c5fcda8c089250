namespace Hortus.BackupS3;

/// <summary>An object store did not do what was asked for, or cannot be asked. The message names the bucket and holds no
/// credentials.</summary>
/// <param name="message">What was tried, on what, why not.</param>
/// <param name="code">Class of the fault, one of <see cref="Hortus.Objects.Gardener.ErrorCode"/>.</param>
/// <param name="inner">The cause.</param>
public sealed class S3Exception(string message, string code, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
