using Hortus.ApiServer.Webhooks;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>A webhook of a configuration, ready to be asked.</summary>
internal sealed record Webhook
{
    private const int TimeoutSecondsDefault = 10;

    /// <summary>Its name, shown in errors.</summary>
    public required string Name { get; init; }

    public required WebhookRules Rules { get; init; }

    public required LabelSelectorMatcher Namespaces { get; init; }

    public required LabelSelectorMatcher Objects { get; init; }

    public required MatchConditions Conditions { get; init; }

    /// <summary>Whether failures to ask it are forgiven.</summary>
    public required bool Ignorable { get; init; }

    /// <summary>Whether it also hears of a resource's other versions.</summary>
    public required bool MatchesEquivalents { get; init; }

    /// <summary>Whether it is asked again when another one changed the object after it.</summary>
    public required bool Reinvocable { get; init; }

    /// <summary>Whether it may be asked when nothing will be stored.</summary>
    public required bool AllowsDryRun { get; init; }

    /// <summary>Longest wait for its answer.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Where it listens; null when its configuration names no place, which <see cref="Fault"/> says.</summary>
    public required WebhookEndpoint? Endpoint { get; init; }

    /// <summary>Why it cannot be asked; null when it can.</summary>
    public string? Fault { get; init; }

    /// <summary>Prepares a mutating webhook.</summary>
    public static Webhook Of(MutatingWebhook source, Func<WebhookClientConfig, WebhookEndpoint> endpoints) =>
        Of(
            new ValidatingWebhook
            {
                Name = source.Name,
                ClientConfig = source.ClientConfig,
                Rules = source.Rules,
                FailurePolicy = source.FailurePolicy,
                MatchPolicy = source.MatchPolicy,
                NamespaceSelector = source.NamespaceSelector,
                ObjectSelector = source.ObjectSelector,
                SideEffects = source.SideEffects,
                TimeoutSeconds = source.TimeoutSeconds,
                MatchConditions = source.MatchConditions,
            },
            endpoints) with
        { Reinvocable = source.ReinvocationPolicy == "IfNeeded" };

    /// <summary>Prepares a validating webhook.</summary>
    public static Webhook Of(ValidatingWebhook source, Func<WebhookClientConfig, WebhookEndpoint> endpoints)
    {
        WebhookEndpoint? endpoint = null;
        string? fault = null;
        try
        {
            endpoint = endpoints(source.ClientConfig);
        }
        catch (WebhookCallException e)
        {
            fault = e.Message;
        }

        return new Webhook
        {
            Name = source.Name,
            Rules = new WebhookRules(source.Rules ?? []),
            Namespaces = SelectorOf(source.NamespaceSelector),
            Objects = SelectorOf(source.ObjectSelector),
            Conditions = new MatchConditions(source.MatchConditions ?? []),
            Ignorable = source.FailurePolicy == "Ignore",
            MatchesEquivalents = source.MatchPolicy != "Exact",
            Reinvocable = false,
            AllowsDryRun = source.SideEffects is "None" or "NoneOnDryRun",
            Timeout = TimeSpan.FromSeconds(source.TimeoutSeconds ?? TimeoutSecondsDefault),
            Endpoint = endpoint,
            Fault = fault,
        };
    }

    /// <summary>Here an absent selector selects everything.</summary>
    private static LabelSelectorMatcher SelectorOf(LabelSelector? selector) =>
        selector is null ? LabelSelectorMatcher.Everything : LabelSelectorMatcher.From(selector);
}

/// <summary>The webhooks of all configurations, in the order in which they are asked.</summary>
internal sealed record WebhookSet(IReadOnlyList<Webhook> Mutating, IReadOnlyList<Webhook> Validating)
{
    public static WebhookSet None { get; } = new([], []);
}
