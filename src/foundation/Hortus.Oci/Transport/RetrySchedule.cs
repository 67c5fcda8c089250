using System.Net;

namespace Hortus.Oci;

/// <summary>When a request is made again.</summary>
internal sealed class RetrySchedule(RegistryOptions options, Random random, TimeProvider clock)
{
    private const double JitterMax = 0.2;

    /// <summary>Whether another try may find another answer.</summary>
    public static bool IsTransient(HttpStatusCode code) =>
        code is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)code >= 500;

    /// <summary>What the registry asked to wait; null when it did not.</summary>
    public TimeSpan? AskedFor(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait && wait < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }

    /// <summary>Whether a try may follow after so many.</summary>
    public bool MayTryAfter(int tries) => tries < options.TriesMax;

    /// <summary>Waits before the next try.</summary>
    /// <param name="tries">How many were made.</param>
    /// <param name="asked">What the registry asked for; null when it did not.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitAsync(int tries, TimeSpan? asked, CancellationToken cancellationToken)
    {
        var wait = asked is { } time
            ? (time < options.RetryAfterMax ? time : options.RetryAfterMax)
            : options.RetryDelay * Math.Pow(3, tries - 1) * (1 + (random.NextDouble() * JitterMax));
        return Task.Delay(wait, clock, cancellationToken);
    }
}
