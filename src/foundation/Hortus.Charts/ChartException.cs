namespace Hortus.Charts;

/// <summary>A chart cannot be used as it is. The message says which chart, where in it and why, and holds no confidential value.</summary>
public sealed class ChartException : Exception
{
    public ChartException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Name of the chart; null while it is not known.</summary>
    public string? Chart { get; init; }

    /// <summary>File in the chart, for example <c>mychart/templates/deployment.yaml</c>; null when no single file is at fault.</summary>
    public string? Template { get; init; }

    /// <summary>Line in <see cref="Template"/>, from 1; null when unknown.</summary>
    public int? Line { get; init; }
}
