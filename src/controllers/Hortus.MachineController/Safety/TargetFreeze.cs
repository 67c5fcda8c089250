namespace Hortus.MachineController.Safety;

/// <summary>
/// Whether changes must stop because the target's API server does not answer: without it a healthy node looks like a dead
/// one, and replacing all machines would turn an outage of the API server into one of the cluster. Frozen until the first
/// answer. Safe for many threads.
/// </summary>
internal sealed class TargetFreeze
{
    private volatile bool answered;

    /// <summary>How soon a controller looks again while all is frozen.</summary>
    public static TimeSpan LookAgain { get; } = TimeSpan.FromMilliseconds(500);

    public bool IsFrozen => !answered;

    /// <summary>Notes whether the API server answered just now.</summary>
    /// <returns>Whether that is a change.</returns>
    public bool Report(bool now)
    {
        var changed = answered != now;
        answered = now;
        return changed;
    }
}
