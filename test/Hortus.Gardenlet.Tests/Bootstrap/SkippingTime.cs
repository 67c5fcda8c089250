namespace Hortus.Gardenlet.Tests.Bootstrap;

/// <summary>A clock on which waits are short and count for what was asked: time goes on by each wait.</summary>
internal sealed class SkippingTime : TimeProvider
{
    private static readonly TimeSpan Real = TimeSpan.FromMilliseconds(20);

    private readonly DateTimeOffset start = System.GetUtcNow();
    private long skipped;

    public override DateTimeOffset GetUtcNow() => start + TimeSpan.FromTicks(Interlocked.Read(ref skipped));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero)
        {
            Interlocked.Add(ref skipped, dueTime.Ticks);
        }

        return System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? Real : dueTime, period);
    }
}
