namespace Hortus.Local.Bootstrap;

/// <summary>An API server does not serve the kind of a manifest; the message names both.</summary>
public sealed class KindNotServedException(string message) : LocalGardenException(message);
