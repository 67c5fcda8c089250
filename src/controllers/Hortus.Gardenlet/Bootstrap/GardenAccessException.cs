namespace Hortus.Gardenlet;

/// <summary>The gardenlet does not get into the garden; the message says why and what to do.</summary>
internal sealed class GardenAccessException(string message, Exception? inner = null) : Exception(message, inner);
