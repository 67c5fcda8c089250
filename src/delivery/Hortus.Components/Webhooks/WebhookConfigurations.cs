using System.Text;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Webhooks;

/// <summary>What makes API servers ask webhooks. Everything fails closed.</summary>
/// <param name="settings">The webhooks.</param>
/// <param name="port">Where they are served.</param>
/// <param name="authority">Whom their certificate is from, PEM.</param>
/// <param name="owner">With whom the configurations go; null when they stay.</param>
internal sealed class WebhookConfigurations(WebhookSettings settings, int port, string authority, Namespace? owner)
{
    private const int TimeoutSeconds = 10;

    /// <summary>The configuration with all webhooks that change objects; null without any.</summary>
    public MutatingWebhookConfiguration? Mutating() => !settings.Webhooks.Any(webhook => webhook.Mutates) ? null : new()
    {
        Metadata = Metadata(),
        Webhooks =
        [
            .. settings.Webhooks.Where(webhook => webhook.Mutates).Select(webhook => new MutatingWebhook
            {
                Name = NameOf(webhook),
                ClientConfig = ClientConfigOf(webhook),
                Rules = webhook.Rules,
                FailurePolicy = "Fail",
                MatchPolicy = "Equivalent",
                SideEffects = "None",
                TimeoutSeconds = TimeoutSeconds,
                AdmissionReviewVersions = ["v1"],
                MatchConditions = webhook.Conditions,
            }),
        ],
    };

    /// <summary>The configuration with all webhooks that only judge objects; null without any.</summary>
    public ValidatingWebhookConfiguration? Validating() => settings.Webhooks.All(webhook => webhook.Mutates) ? null : new()
    {
        Metadata = Metadata(),
        Webhooks =
        [
            .. settings.Webhooks.Where(webhook => !webhook.Mutates).Select(webhook => new ValidatingWebhook
            {
                Name = NameOf(webhook),
                ClientConfig = ClientConfigOf(webhook),
                Rules = webhook.Rules,
                FailurePolicy = "Fail",
                MatchPolicy = "Equivalent",
                SideEffects = "None",
                TimeoutSeconds = TimeoutSeconds,
                AdmissionReviewVersions = ["v1"],
                MatchConditions = webhook.Conditions,
            }),
        ],
    };

    private ObjectMeta Metadata() => new()
    {
        Name = settings.Name,
        OwnerReferences = owner is null
            ? null
            :
            [
                new OwnerReference { ApiVersion = "v1", Kind = "Namespace", Name = owner.Metadata.Name!, Uid = owner.Metadata.Uid! },
            ],
    };

    private string NameOf(ServedWebhook webhook) => $"{webhook.Name}.{settings.Domain}";

    private WebhookClientConfig ClientConfigOf(ServedWebhook webhook) =>
        settings.Endpoint.ClientConfigOf(port, webhook.Path) with { CaBundle = Encoding.UTF8.GetBytes(authority) };
}
