namespace Hortus.Oci;

/// <summary>A text is no reference to an artifact; the message quotes the part that is wrong and says what is
/// allowed.</summary>
public sealed class OciReferenceException(string message) : FormatException(message);
