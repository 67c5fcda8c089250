namespace Hortus.Kubelet;

/// <summary>The kubelet cannot do what it was asked; the message says what, why and what to do.</summary>
public sealed class KubeletException(string message, Exception? inner = null) : Exception(message, inner);
