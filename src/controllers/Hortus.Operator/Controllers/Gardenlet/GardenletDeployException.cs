namespace Hortus.Operator;

/// <summary>A gardenlet cannot be deployed as things are; the message says why and what to do, and holds no secret.</summary>
internal sealed class GardenletDeployException(string message, Exception? inner = null) : Exception(message, inner);
