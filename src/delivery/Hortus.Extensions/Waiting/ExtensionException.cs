namespace Hortus.Extensions;

/// <summary>An extension did not do what was asked for. The message names object, condition and time; <see cref="Codes"/>
/// are the classes of the fault that the extension reported (see ErrorCode).</summary>
public sealed class ExtensionException(string message, IReadOnlyList<string> codes, Exception? inner = null)
    : Exception(message, inner)
{
    public IReadOnlyList<string> Codes { get; } = codes;
}
