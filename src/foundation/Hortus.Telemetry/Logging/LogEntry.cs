using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Hortus.Telemetry;

/// <summary>One log line before it is written.</summary>
internal sealed class LogEntry(
    DateTimeOffset time, LogLevel level, string category, string message, Exception? exception)
{
    private const string TemplateField = "{OriginalFormat}";

    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" \"=\n\r\t");

    private readonly List<KeyValuePair<string, string>> fields = [];

    public void AddFields<TState>(TState state)
    {
        if (state is not IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            return;
        }

        foreach (var (key, value) in pairs)
        {
            if (key != TemplateField && value is not null)
            {
                fields.Add(new(Camel(key), Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
            }
        }
    }

    public string ToText()
    {
        var line = new StringBuilder();
        line.Append(Time).Append(' ').Append(Level).Append(' ').Append(category).Append(": ");
        AppendEscaped(line, message);
        foreach (var (key, value) in fields)
        {
            // The message shows most values already; repeating them would only cost width.
            if (!message.Contains(value, StringComparison.Ordinal))
            {
                line.Append(' ').Append(key).Append('=');
                AppendValue(line, value);
            }
        }

        if (exception is not null)
        {
            line.Append(" error=");
            AppendValue(line, Describe(exception));
        }

        return line.ToString();
    }

    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(
            buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("ts", Time);
            json.WriteString("level", Level);
            json.WriteString("logger", category);
            json.WriteString("msg", message);
            var written = new HashSet<string>(["ts", "level", "logger", "msg", "error"], StringComparer.Ordinal);
            foreach (var (key, value) in fields)
            {
                if (written.Add(key))
                {
                    json.WriteString(key, value);
                }
            }

            if (exception is not null)
            {
                json.WriteString("error", Describe(exception));
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private string Time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private string Level => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };

    // Programming errors need the stack; failures of the outside world explain themselves.
    private static string Describe(Exception exception) =>
        exception is NullReferenceException or InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or InvalidCastException or KeyNotFoundException
            ? exception.ToString()
            : exception.InnerException is { } inner && !exception.Message.Contains(inner.Message)
                ? $"{exception.GetType().Name}: {exception.Message}: {inner.Message}"
                : $"{exception.GetType().Name}: {exception.Message}";

    private static string Camel(string key) =>
        key.Length > 0 && char.IsAsciiLetterUpper(key[0]) ? char.ToLowerInvariant(key[0]) + key[1..] : key;

    private static void AppendValue(StringBuilder line, string value)
    {
        if (value.Length > 0 && !value.AsSpan().ContainsAny(NeedsQuotes))
        {
            line.Append(value);
            return;
        }

        line.Append('"');
        AppendEscaped(line, value.Replace("\"", "\\\"", StringComparison.Ordinal));
        line.Append('"');
    }

    private static void AppendEscaped(StringBuilder line, string text)
    {
        foreach (var c in text)
        {
            _ = c switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                _ => char.IsControl(c) ? line.Append(' ') : line.Append(c),
            };
        }
    }
}
