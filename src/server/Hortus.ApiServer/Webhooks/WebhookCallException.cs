namespace Hortus.ApiServer.Webhooks;

/// <summary>A webhook could not be asked, or what it answered makes no sense. The message says which and why.</summary>
internal sealed class WebhookCallException(string message, Exception? inner = null) : Exception(message, inner);
