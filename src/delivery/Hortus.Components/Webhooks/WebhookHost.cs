using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.Components.Webhooks;

/// <summary>Serves a component's webhooks and keeps the configurations by which API servers ask them.</summary>
public sealed partial class WebhookHost : IReconciler
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);

    private readonly ControllerManager asking;
    private readonly IKubernetesClient serving;
    private readonly ComponentContext context;
    private readonly WebhookSettings settings;
    private readonly ObjectKey configurations;
    private readonly ObjectKey? owner;
    private readonly Applier applier;
    private readonly CacheScope scope;
    private readonly CacheScope ownerScope;
    private readonly ILogger log;
    private Action<ObjectKey> enqueue = _ => { };
    private volatile Served? served;

    /// <summary>Adds the controller of the configurations; <see cref="RunAsync"/> serves.</summary>
    /// <param name="asking">Manager of the cluster whose API server asks: the configurations are there.</param>
    /// <param name="serving">Cluster of the component: the Secrets of the certificate are there.</param>
    /// <param name="context">The component.</param>
    /// <param name="settings">What is served.</param>
    public WebhookHost(ControllerManager asking, IKubernetesClient serving, ComponentContext context, WebhookSettings settings)
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
        log = context.Logs.CreateLogger<WebhookHost>();
        context.Health.Add("webhooks", HealthProbes.Ready, () => served is null ? "the webhooks are not served yet" : null);
        asking.AddController("webhook-configurations", this, controller =>
        {
            controller
                .For<ValidatingWebhookConfiguration>(scope: scope)
                .For<MutatingWebhookConfiguration>(scope: scope)
                .From(add => enqueue = add)
                .WithConcurrency(1);
            if (owner is not null)
            {
                controller.Watches<Namespace>(_ => [configurations], scope: ownerScope);
            }
        });
    }

    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="SettingException">The port cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var secret = await EnsureCertificateAsync(cancellationToken);
        using var certificate = Pem.ReadKeyPair(secret.Text("tls.crt"), secret.Text("tls.key"));
        await using var server = await WebhookServer.StartAsync(
            settings.Endpoint.Listen,
            () => certificate,
            settings.Webhooks.ToDictionary(webhook => webhook.Path, IWebhook (webhook) => new AdmissionEndpoint(webhook.Webhook)),
            context.Logs,
            cancellationToken);
        served = new Served(server.Port, secret.Text("ca.crt"));
        enqueue(configurations);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
    }

    /// <summary>Puts the configurations right; before the webhooks are served there is nothing to ask.</summary>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (served is not { } now || key != configurations)
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

    private async Task<ManagedSecret> EnsureCertificateAsync(CancellationToken cancellationToken)
    {
        var name = $"{settings.Name}-webhooks";
        var secrets = new SecretsManager(serving, settings.Namespace, name, context.Clock);
        while (true)
        {
            try
            {
                var authority = await secrets.EnsureAuthorityAsync($"ca-{settings.Name}", cancellationToken);
                var spec = CertificateSpec.Server(settings.Endpoint.Hosts[0], settings.Endpoint.Hosts);
                return await secrets.EnsureCertificateAsync(name, authority, spec, cancellationToken);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                // The namespace may come later; until then nobody can have objects judged, and the rest of the component works.
                LogWaiting(log, e.Message);
                await Task.Delay(RetryPeriod, context.Clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(5100, LogLevel.Warning, "cannot serve webhooks yet, trying again: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);

    private sealed record Served(int Port, string Authority);
}
