using Hortus.ApiServer.Access;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Streaming;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>The webhook part of a server.</summary>
internal sealed class WebhookParts
{
    private static readonly GroupVersionKind Mutating = ResourceKind.Of<MutatingWebhookConfiguration>().GroupVersionKind;

    private static readonly GroupVersionKind Validating =
        ResourceKind.Of<ValidatingWebhookConfiguration>().GroupVersionKind;

    private readonly ApiServerServices services;
    private readonly WebhookIndex index;
    private readonly WebhookCaller caller;

    /// <param name="services">The server.</param>
    /// <param name="elsewhere">Where configurations are read instead of from this server; the first one counts.</param>
    public WebhookParts(ApiServerServices services, IEnumerable<IObjectReader> elsewhere)
    {
        this.services = services;
        var source = elsewhere.FirstOrDefault() ?? services.Objects;
        index = new WebhookIndex(
            source, new DirectNodeDialer(), services.Time, services.LoggerFactory.CreateLogger<WebhookIndex>());
        caller = new WebhookCaller(
            new WebhookMatcher(services.Registry, source),
            services.Authorize,
            new WebhookMetrics(services.Metrics),
            services.Time);
    }

    /// <summary>Gives the configuration kinds their rules.</summary>
    public static ResourceDefinition Customize(ResourceDefinition definition) =>
        definition.Kind.GroupVersionKind == Mutating || definition.Kind.GroupVersionKind == Validating
            ? definition with { Strategy = new WebhookConfigurationStrategy() }
            : definition;

    /// <summary>The plug-ins, followed by the webhooks unless they are disabled.</summary>
    public AdmissionChain Chain(IReadOnlyList<IAdmissionPlugin> plugins)
    {
        var disabled = services.Options.DisableAdmissionPlugins;
        return new AdmissionChain(
            plugins,
            disabled.Contains(MutatingWebhooks.PluginName) ? null
                : new MutatingWebhooks(index, caller, services.LoggerFactory.CreateLogger<MutatingWebhooks>()),
            disabled.Contains(ValidatingWebhooks.PluginName) ? null
                : new ValidatingWebhooks(index, caller, services.LoggerFactory.CreateLogger<ValidatingWebhooks>()));
    }

    public Task LoadAsync(CancellationToken cancellationToken) => index.LoadAsync(cancellationToken);

    public Task RunAsync(CancellationToken cancellationToken) => index.RunAsync(cancellationToken);
}
