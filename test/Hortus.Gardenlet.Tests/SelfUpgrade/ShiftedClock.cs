namespace Hortus.Gardenlet.Tests.SelfUpgrade;

/// <summary>The system's clock, but the time of day is as much later as the test says. Timers and durations are real.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long ticks;

    public void Advance(TimeSpan by) => Interlocked.Add(ref ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref ticks));
}
