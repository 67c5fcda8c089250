using Hortus.Runtime.Webhooks;

namespace Hortus.Operator.Webhooks;

/// <summary>A webhook of the operator and what API servers ask it about.</summary>
/// <param name="Name">First part of its name, and its path below <see cref="PathPrefix"/>.</param>
/// <param name="Resource">Plural name of a kind of the group operator.gardener.cloud.</param>
/// <param name="Webhook">Decides.</param>
/// <param name="Operations">CREATE, UPDATE, DELETE.</param>
internal sealed record ServedWebhook(
    string Name, string Resource, IAdmissionWebhook Webhook, params IReadOnlyList<string> Operations)
{
    public const string PathPrefix = "/webhooks/";

    /// <summary>Whether it changes objects; else it only judges them.</summary>
    public bool Mutates { get; init; }

    public string Path => PathPrefix + Name;
}
