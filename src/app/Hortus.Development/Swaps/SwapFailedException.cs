namespace Hortus.Development.Swaps;

/// <summary>A component does not run what it was asked to run; the message is one line that says why.</summary>
public sealed class SwapFailedException(string message, Exception? inner = null) : Exception(message, inner);
