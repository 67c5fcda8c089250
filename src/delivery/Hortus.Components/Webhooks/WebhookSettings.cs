namespace Hortus.Components.Webhooks;

/// <summary>The webhooks of one component.</summary>
public sealed record WebhookSettings
{
    /// <summary>Name of both configurations and field manager of them; the Secrets of the certificate have it in their names.</summary>
    public required string Name { get; init; }

    /// <summary>Last part of the webhooks' names.</summary>
    public required string Domain { get; init; }

    /// <summary>Namespace of the Secrets with the serving certificate and its authority.</summary>
    public required string Namespace { get; init; }

    /// <summary>Where they are served.</summary>
    public required WebhookEndpoint Endpoint { get; init; }

    /// <summary>What is served.</summary>
    public required IReadOnlyList<ServedWebhook> Webhooks { get; init; }

    /// <summary>Namespace, in the cluster whose API server asks, with which the configurations go; while it is missing there are none.
    /// Null when they stay.</summary>
    public string? OwnerNamespace { get; init; }
}
