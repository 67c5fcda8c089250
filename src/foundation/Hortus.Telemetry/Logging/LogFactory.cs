using Microsoft.Extensions.Logging;

namespace Hortus.Telemetry;

/// <summary>
/// Writes single-line logs to one writer. Fields keep the names of the message template; scopes add theirs. Lines are
/// written whole, so that several threads do not mix them.
/// </summary>
public sealed class LogFactory : ILoggerFactory
{
    private readonly LogOptions options;
    private readonly TimeProvider clock;
    private readonly TextWriter output;
    private readonly Lock gate = new();
    private readonly LoggerExternalScopeProvider scopes = new();

    /// <param name="options">Form and level.</param>
    /// <param name="clock">Stamps the lines.</param>
    /// <param name="output">Where lines go; null means standard error.</param>
    public LogFactory(LogOptions options, TimeProvider clock, TextWriter? output = null)
    {
        this.options = options;
        this.clock = clock;
        this.output = output ?? Console.Error;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName)
    {
        ArgumentNullException.ThrowIfNull(categoryName);

        // The web server reports every request as information, which would drown our own lines.
        var least = categoryName.StartsWith("Microsoft.", StringComparison.Ordinal) && options.Level > LogLevel.Trace
            ? LogLevel.Warning
            : options.Level;
        return new LineLogger(this, ShortName(categoryName), least);
    }

    /// <summary>Not supported: this factory is its own and only provider.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("the log factory writes by itself and takes no providers");

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            output.Flush();
        }
    }

    private static string ShortName(string category) => category[(category.LastIndexOf('.') + 1)..];

    private void Write(string line)
    {
        lock (gate)
        {
            try
            {
                output.WriteLine(line);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // A closed standard error must not take the process down.
            }
        }
    }

    private sealed class LineLogger(LogFactory owner, string category, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => owner.scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            var entry = new LogEntry(
                owner.clock.GetUtcNow(), logLevel, category, formatter(state, exception), exception);
            entry.AddFields(state);
            owner.scopes.ForEachScope(static (scope, e) => e.AddFields(scope), entry);
            owner.Write(owner.options.Format == LogFormat.Json ? entry.ToJson() : entry.ToText());
        }
    }
}
