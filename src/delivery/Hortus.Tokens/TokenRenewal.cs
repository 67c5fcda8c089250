using System.Globalization;
using Hortus.Objects.Kubernetes;
using Hortus.Objects;
using Names = Hortus.Objects.Gardener.Resources.TokenRequestorNames;

namespace Hortus.Tokens;

/// <summary>When the next token is asked for.</summary>
internal static class TokenRenewal
{
    private const double Share = 0.8;
    private const double Jitter = 0.05;

    // Longer lives count as this long, so that no token is forgotten.
    private static readonly TimeSpan LifeMax = TimeSpan.FromHours(24);

    /// <summary>After four fifths of a token's life, and up to a twentieth later so that not all come at once.</summary>
    public static TimeSpan After(DateTimeOffset expiration, DateTimeOffset now, Random random)
    {
        var life = expiration - now;
        return (life < LifeMax ? life : LifeMax) * Share * (1 + (Jitter * random.NextDouble()));
    }

    /// <summary>Time until a Secret's next token; zero or less when it is due, which it also is when nobody can tell.</summary>
    public static TimeSpan Left(Secret secret, DateTimeOffset now) => DateTimeOffset.TryParse(
        secret.Metadata.Annotation(Names.RenewAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? at - now
            : TimeSpan.Zero;

    /// <summary>The time in an annotation's form.</summary>
    public static string Format(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
