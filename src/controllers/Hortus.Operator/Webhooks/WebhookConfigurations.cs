using System.Text;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator.Webhooks;

/// <summary>What makes API servers ask the operator. Everything fails closed, and covers the operator's own kinds only: what an operator
/// that is away holds up is never needed to bring it back.</summary>
internal static class WebhookConfigurations
{
    /// <summary>Name of both configurations.</summary>
    public const string Name = "gardener-operator";

    private const int TimeoutSeconds = 10;

    /// <summary>The configuration with all webhooks that change objects.</summary>
    public static MutatingWebhookConfiguration Mutating(
        IEnumerable<ServedWebhook> webhooks, Func<string, WebhookClientConfig> clientConfigOf, string authority) => new()
        {
            Metadata = new ObjectMeta { Name = Name },
            Webhooks =
        [
            .. webhooks.Where(webhook => webhook.Mutates).Select(webhook => new MutatingWebhook
            {
                Name = NameOf(webhook),
                ClientConfig = WithAuthority(clientConfigOf(webhook.Path), authority),
                Rules = [RuleOf(webhook)],
                FailurePolicy = "Fail",
                MatchPolicy = "Equivalent",
                SideEffects = "None",
                TimeoutSeconds = TimeoutSeconds,
                AdmissionReviewVersions = ["v1"],
            }),
        ],
        };

    /// <summary>The configuration with all webhooks that only judge objects.</summary>
    public static ValidatingWebhookConfiguration Validating(
        IEnumerable<ServedWebhook> webhooks, Func<string, WebhookClientConfig> clientConfigOf, string authority) => new()
        {
            Metadata = new ObjectMeta { Name = Name },
            Webhooks =
        [
            .. webhooks.Where(webhook => !webhook.Mutates).Select(webhook => new ValidatingWebhook
            {
                Name = NameOf(webhook),
                ClientConfig = WithAuthority(clientConfigOf(webhook.Path), authority),
                Rules = [RuleOf(webhook)],
                FailurePolicy = "Fail",
                MatchPolicy = "Equivalent",
                SideEffects = "None",
                TimeoutSeconds = TimeoutSeconds,
                AdmissionReviewVersions = ["v1"],
            }),
        ],
        };

    private static string NameOf(ServedWebhook webhook) => $"{webhook.Name}.{OperatorWebhooks.Group}";

    private static WebhookClientConfig WithAuthority(WebhookClientConfig config, string authority) =>
        config with { CaBundle = Encoding.UTF8.GetBytes(authority) };

    private static RuleWithOperations RuleOf(ServedWebhook webhook) => new()
    {
        ApiGroups = [OperatorWebhooks.Group],
        ApiVersions = ["v1alpha1"],
        Resources = [webhook.Resource],
        Operations = webhook.Operations,
        Scope = "Cluster",
    };
}
