using System.Runtime.CompilerServices;
using Hortus.Client;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>Says that a server is away, and that it is back, each in one line: everything else that fails because of it has no need to.
/// A connection that breaks and is there again at once is not worth a line.</summary>
public sealed partial class ServerLog : ICallObserver
{
    /// <summary>A server that gives no answer for this long is away.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>How often it is said again of a server that stays away.</summary>
    public static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(5);

    private readonly ConditionalWeakTable<Exception, object?> known = [];
    private readonly Dictionary<Uri, Absence> absences = [];
    private readonly Lock gate = new();
    private readonly TimeProvider clock;
    private readonly ILogger log;
    private volatile bool isQuiet = true;

    public ServerLog(ILoggerFactory logs, TimeProvider clock)
    {
        this.clock = clock;
        log = logs.CreateLogger<ServerLog>();
    }

    /// <summary>Whether a failure comes of a server that gave no answer.</summary>
    public bool Knows(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return known.TryGetValue(failure, out _)
            || (failure is AggregateException several
                ? several.InnerExceptions.All(Knows)
                : failure.InnerException is { } inner && Knows(inner));
    }

    /// <summary>How loud a failure is told that is tried again: what comes of a server that is away is told here already.</summary>
    public LogLevel LevelOf(Exception failure) => Knows(failure) ? LogLevel.Debug : LogLevel.Warning;

    /// <inheritdoc/>
    public void Failed(Uri place, Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        known.AddOrUpdate(failure, null);
        lock (gate)
        {
            isQuiet = false;
            if (!absences.TryGetValue(place, out var absence))
            {
                absences[place] = absence = new Absence(clock.GetTimestamp());
            }

            if (clock.GetElapsedTime(absence.ToldAt ?? absence.Since) < (absence.ToldAt is null ? Patience : ReminderPeriod))
            {
                return;
            }

            absence.ToldAt = clock.GetTimestamp();
            LogAway(log, place, Seconds(absence), failure.GetBaseException().Message);
        }
    }

    /// <inheritdoc/>
    public void Answered(Uri server, string path)
    {
        if (isQuiet)
        {
            return;
        }

        var address = new Uri(server, path).AbsoluteUri;
        lock (gate)
        {
            foreach (var (place, absence) in absences.Where(a => address.StartsWith(a.Key.AbsoluteUri, StringComparison.Ordinal)).ToArray())
            {
                absences.Remove(place);
                if (absence.ToldAt is not null)
                {
                    LogBack(log, place, Seconds(absence));
                }
            }

            isQuiet = absences.Count == 0;
        }
    }

    private double Seconds(Absence absence) => Math.Round(clock.GetElapsedTime(absence.Since).TotalSeconds);

    [LoggerMessage(2450, LogLevel.Warning, "{Server} has not answered for {Seconds} s, what needs it waits: {Reason}")]
    private static partial void LogAway(ILogger logger, Uri server, double seconds, string reason);

    [LoggerMessage(2451, LogLevel.Information, "{Server} answers again, after {Seconds} s")]
    private static partial void LogBack(ILogger logger, Uri server, double seconds);

    private sealed class Absence(long since)
    {
        public long Since { get; } = since;

        public long? ToldAt { get; set; }
    }
}
