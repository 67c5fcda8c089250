using System.Threading.Channels;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>
/// Keys to handle, each at most once in the queue and never by two workers at a time: a key that is added while it is
/// being handled comes back when that run is done. Delayed keys wait on one timer.
/// </summary>
internal sealed class WorkQueue : IDisposable
{
    private static readonly DoublingPause RetryDelay = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromMinutes(5));

    private readonly Lock gate = new();
    private readonly Channel<ObjectKey> ready = Channel.CreateUnbounded<ObjectKey>();
    private readonly Dictionary<ObjectKey, long> queued = [];
    private readonly HashSet<ObjectKey> running = [];
    private readonly HashSet<ObjectKey> again = [];
    private readonly Dictionary<ObjectKey, int> failures = [];
    private readonly Dictionary<ObjectKey, long> due = [];
    private readonly PriorityQueue<ObjectKey, long> timetable = new();
    private readonly ITimer timer;
    private readonly string name;
    private readonly TimeProvider clock;
    private readonly RuntimeMetrics metrics;

    public WorkQueue(string name, TimeProvider clock, RuntimeMetrics metrics)
    {
        this.name = name;
        this.clock = clock;
        this.metrics = metrics;
        timer = clock.CreateTimer(_ => AddDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys waiting now, without delayed ones.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return queued.Count;
            }
        }
    }

    public void Add(ObjectKey key)
    {
        lock (gate)
        {
            AddLocked(key);
        }
    }

    /// <summary>Adds the key after a time; of several times for one key the earliest counts.</summary>
    public void AddAfter(ObjectKey key, TimeSpan delay)
    {
        lock (gate)
        {
            if (delay <= TimeSpan.Zero)
            {
                AddLocked(key);
                return;
            }

            var at = clock.GetTimestamp() + (long)(delay.TotalSeconds * clock.TimestampFrequency);
            if (due.TryGetValue(key, out var known) && known <= at)
            {
                return;
            }

            due[key] = at;
            timetable.Enqueue(key, at);
            Schedule();
        }
    }

    /// <summary>Adds the key after its back-off, which doubles with each call until <see cref="Forget"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="max">Longest delay, if that is less than usual.</param>
    /// <returns>The delay.</returns>
    public TimeSpan AddRateLimited(ObjectKey key, TimeSpan? max = null)
    {
        int count;
        lock (gate)
        {
            failures[key] = count = failures.GetValueOrDefault(key) + 1;
        }

        var usual = RetryDelay.After(count);
        var delay = max < usual ? max.Value : usual;
        metrics.Retried(name);
        AddAfter(key, delay);
        return delay;
    }

    /// <summary>Ends the back-off of a key.</summary>
    public void Forget(ObjectKey key)
    {
        lock (gate)
        {
            failures.Remove(key);
        }
    }

    /// <summary>Takes the next key; the caller must call <see cref="Done"/>. A delayed turn of the key is dropped,
    /// because this run decides anew when the next one is.</summary>
    public async ValueTask<ObjectKey> TakeAsync(CancellationToken cancellationToken)
    {
        var key = await ready.Reader.ReadAsync(cancellationToken);
        lock (gate)
        {
            queued.Remove(key, out var since);
            running.Add(key);
            due.Remove(key);
            metrics.Taken(name, clock.GetElapsedTime(since));
        }

        return key;
    }

    /// <summary>Ends the run of a key; it is queued again if it was added meanwhile.</summary>
    public void Done(ObjectKey key)
    {
        lock (gate)
        {
            running.Remove(key);
            if (again.Remove(key))
            {
                AddLocked(key);
            }
        }
    }

    public void Dispose() => timer.Dispose();

    private void AddLocked(ObjectKey key)
    {
        if (running.Contains(key))
        {
            again.Add(key);
        }
        else if (queued.TryAdd(key, clock.GetTimestamp()))
        {
            metrics.Queued(name);
            ready.Writer.TryWrite(key);
        }
    }

    private void AddDue()
    {
        lock (gate)
        {
            while (timetable.TryPeek(out var key, out var at) && at <= clock.GetTimestamp())
            {
                timetable.Dequeue();
                // Entries whose time was moved or dropped stay in the timetable until they come up.
                if (due.TryGetValue(key, out var current) && current == at)
                {
                    due.Remove(key);
                    AddLocked(key);
                }
            }

            Schedule();
        }
    }

    private void Schedule()
    {
        if (!timetable.TryPeek(out _, out var at))
        {
            return;
        }

        var ticks = Math.Max(0, at - clock.GetTimestamp());
        var wait = TimeSpan.FromSeconds((double)ticks / clock.TimestampFrequency);
        // Timers take at most 49 days and whole milliseconds; rounding up keeps them from firing too early.
        var ms = Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue);
        timer.Change(TimeSpan.FromMilliseconds(ms), Timeout.InfiniteTimeSpan);
    }
}
