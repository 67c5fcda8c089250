namespace Hortus.Operator;

/// <summary>A part of an Extension cannot be installed or removed now. The message is for its condition and holds no secret.</summary>
public sealed class ExtensionPartException(string message, Exception? inner = null) : Exception(message, inner);
