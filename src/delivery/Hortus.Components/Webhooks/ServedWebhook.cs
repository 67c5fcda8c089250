using Hortus.Objects.Kubernetes;
using Hortus.Runtime.Webhooks;

namespace Hortus.Components.Webhooks;

/// <summary>A webhook and what API servers ask it about.</summary>
/// <param name="Name">First part of its name, and its path below <see cref="PathPrefix"/>.</param>
/// <param name="Webhook">Decides.</param>
/// <param name="Rules">The requests that it is asked about.</param>
public sealed record ServedWebhook(string Name, IAdmissionWebhook Webhook, params IReadOnlyList<RuleWithOperations> Rules)
{
    /// <summary>Where all webhooks are served.</summary>
    public const string PathPrefix = "/webhooks/";

    /// <summary>Whether it changes objects; else it only judges them.</summary>
    public bool Mutates { get; init; }

    /// <summary>What must hold for a request to matter to it; null when all do.</summary>
    public IReadOnlyList<MatchCondition>? Conditions { get; init; }

    /// <summary>Path of its URL.</summary>
    public string Path => PathPrefix + Name;
}
