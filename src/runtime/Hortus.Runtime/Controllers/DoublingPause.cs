namespace Hortus.Runtime;

/// <summary>Pauses that double with each failure in a row, up to a longest one.</summary>
/// <param name="First">The pause after the first failure.</param>
/// <param name="Longest">The longest one.</param>
public sealed record DoublingPause(TimeSpan First, TimeSpan Longest)
{
    // More would not fit into a time.
    private const int DoublingsMax = 30;

    /// <summary>The pause after a failure.</summary>
    /// <param name="failures">How many there were in a row, this one included; at least 1.</param>
    public TimeSpan After(int failures)
    {
        var pause = First * Math.Pow(2, Math.Clamp(failures - 1, 0, DoublingsMax));
        return pause < Longest ? pause : Longest;
    }
}
