namespace Hortus.Components;

/// <summary>Stored manifests cannot be read. The message says why; whoever reads a Secret adds its name and key.</summary>
public sealed class ManifestFormatException(string message, Exception? inner = null) : FormatException(message, inner);
