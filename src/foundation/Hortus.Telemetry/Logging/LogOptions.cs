using Microsoft.Extensions.Logging;

namespace Hortus.Telemetry;

/// <summary>Form of log lines.</summary>
public enum LogFormat
{
    /// <summary>One line of text: time, level, category, message, fields.</summary>
    Text,

    /// <summary>One JSON object per line.</summary>
    Json,
}

/// <summary>How a process logs.</summary>
public sealed record LogOptions
{
    /// <summary>Default text.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;

    /// <summary>The <c>-v</c> flag: 0 logs information and worse, 1 to 3 adds debug, 4 and more adds trace; below 0 only errors are logged.
    /// Default 0.</summary>
    public int Verbosity { get; init; }

    /// <summary>The least severe level that is written.</summary>
    public LogLevel Level => Verbosity switch
    {
        < 0 => LogLevel.Error,
        0 => LogLevel.Information,
        <= 3 => LogLevel.Debug,
        _ => LogLevel.Trace,
    };
}
