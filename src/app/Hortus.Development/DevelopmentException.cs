namespace Hortus.Development;

/// <summary>The development loop cannot go on; the message is one line that says why and what to do.</summary>
public sealed class DevelopmentException(string message, Exception? inner = null) : Exception(message, inner);
