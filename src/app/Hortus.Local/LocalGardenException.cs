namespace Hortus.Local;

/// <summary>The local garden cannot be started or stopped; the message is one line that says why and what to do.</summary>
public class LocalGardenException(string message, Exception? inner = null) : Exception(message, inner);
