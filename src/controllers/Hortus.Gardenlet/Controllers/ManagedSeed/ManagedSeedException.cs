namespace Hortus.Gardenlet;

/// <summary>A ManagedSeed cannot be brought further as things are; the message says why and what to do, and holds no secret.</summary>
internal sealed class ManagedSeedException(string message, Exception? inner = null) : Exception(message, inner);
