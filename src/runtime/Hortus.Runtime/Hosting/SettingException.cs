namespace Hortus.Runtime;

/// <summary>A component cannot start with its settings; the message names the flag, what is wrong with it and what to do.</summary>
public sealed class SettingException(string message, Exception? inner = null) : Exception(message, inner);
