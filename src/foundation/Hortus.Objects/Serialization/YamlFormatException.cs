namespace Hortus.Objects;

/// <summary>A YAML text cannot be read. The message has the field path, the reason, and line and column.</summary>
public sealed class YamlFormatException(string message, long line, long column, Exception? inner = null)
    : FormatException($"{message} (line {line}, column {column})", inner)
{
    /// <summary>Line in the text, counted from 1.</summary>
    public long Line { get; } = line;

    /// <summary>Column in the line, counted from 1.</summary>
    public long Column { get; } = column;
}
