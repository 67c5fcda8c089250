namespace Hortus.Host;

/// <summary>The machine refused something; the message says what was tried, on what, and the system's reason.</summary>
public sealed class HostException(string message, Exception? inner = null) : Exception(message, inner);
