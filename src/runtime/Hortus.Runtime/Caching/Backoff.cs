namespace Hortus.Runtime;

/// <summary>Doubling delays with jitter: each is between half of the step and the step.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan max, Random random)
{
    private int doublings;

    public TimeSpan Next()
    {
        var step = first * (1L << doublings);
        if (step < max)
        {
            doublings++;
        }

        return (step < max ? step : max) * (0.5 + (0.5 * random.NextDouble()));
    }

    /// <summary>How many delays were taken since the last reset, up to the longest one.</summary>
    public int Doublings => doublings;

    public void Reset() => doublings = 0;
}
