using System.Text.Json.Nodes;

namespace Hortus.Runtime.Webhooks;

/// <summary>What is served at one path.</summary>
public interface IWebhook
{
    /// <summary>Answers a review.</summary>
    /// <exception cref="BadReviewException">It is no review that can be answered: the sender is told with HTTP 400.</exception>
    Task<JsonObject> AnswerAsync(JsonObject review, CancellationToken cancellationToken);
}

/// <summary>What was sent is no review that can be answered.</summary>
public sealed class BadReviewException(string message, Exception? inner = null) : Exception(message, inner);
