using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Components.Webhooks;

/// <summary>Serves a component's webhooks and keeps the configurations by which API servers ask them.</summary>
public sealed class WebhookHost : IReconciler
{
    private readonly ControllerManager asking;
    private readonly IKubernetesClient serving;
    private readonly ComponentContext context;
    private readonly WebhookSettings settings;
    private readonly ObjectKey configurations;
    private readonly ObjectKey? owner;
    private readonly Applier applier;
    private readonly CacheScope scope;
    private readonly CacheScope ownerScope;
    private readonly WebhookServing served;

    /// <summary>Adds the controller of the configurations; <see cref="RunAsync"/> serves.</summary>
    /// <param name="asking">Manager of the cluster whose API server asks: the configurations are there.</param>
    /// <param name="serving">Cluster of the component: the Secrets of the certificate are there.</param>
    /// <param name="context">The component.</param>
    /// <param name="settings">What is served.</param>
    /// <param name="beside">Serves already, or soon; null when <see cref="RunAsync"/> is to serve.</param>
    public WebhookHost(
        ControllerManager asking,
        IKubernetesClient serving,
        ComponentContext context,
        WebhookSettings settings,
        WebhookServing? beside = null)
    {
        ArgumentNullException.ThrowIfNull(asking);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(settings);
        this.asking = asking;
        this.serving = serving;
        this.context = context;
        this.settings = settings;
        configurations = ObjectKey.Cluster(settings.Name);
        owner = settings.OwnerNamespace is { } @namespace ? ObjectKey.Cluster(@namespace) : null;
        applier = new Applier(asking.Client, settings.Name);
        scope = Only(configurations);
        ownerScope = Only(owner ?? configurations);
        served = beside ?? new WebhookServing();
        asking.AddController("webhook-configurations", this, controller =>
        {
            controller
                .For<ValidatingWebhookConfiguration>(scope: scope)
                .For<MutatingWebhookConfiguration>(scope: scope)
                .From(enqueue =>
                {
                    served.Changed = () => enqueue(configurations);
                    enqueue(configurations);
                })
                .WithConcurrency(1);
            if (owner is not null)
            {
                controller.Watches<Namespace>(_ => [configurations], scope: ownerScope);
            }
        });
    }

    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="SettingException">The port cannot be used.</exception>
    public Task RunAsync(CancellationToken cancellationToken) => served.RunAsync(settings, serving, context, cancellationToken);

    /// <summary>Puts the configurations right; before the webhooks are served there is nothing to ask.</summary>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (served.Current is not { } now || key != configurations)
        {
            return ReconcileResult.Done;
        }

        var with = owner is { } name ? asking.CacheOf<Namespace>(ownerScope).Find(name) : null;
        if (owner is not null && (with is null || with.Metadata.IsDeleting()))
        {
            return ReconcileResult.Done;
        }

        var wanted = new WebhookConfigurations(settings, now.Port, now.Authority, with);
        if (wanted.Mutating() is { } mutating)
        {
            await applier.ApplyAsync(mutating, asking.CacheOf<MutatingWebhookConfiguration>(scope), cancellationToken);
        }

        if (wanted.Validating() is { } validating)
        {
            await applier.ApplyAsync(validating, asking.CacheOf<ValidatingWebhookConfiguration>(scope), cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private static CacheScope Only(ObjectKey key) => new(FieldSelector: $"metadata.name={key.Name}");
}
