using System.Security.Cryptography.X509Certificates;
using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Pki;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.Operator.Webhooks;

/// <summary>Serves the operator's webhooks and keeps the configurations by which API servers ask them.</summary>
internal sealed partial class OperatorWebhooks : IReconciler
{
    /// <summary>Group of the kinds that are asked about.</summary>
    public const string Group = "operator.gardener.cloud";

    private const string Identity = "gardener-operator-webhooks";
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);
    private static readonly ObjectKey Configurations = ObjectKey.Cluster(WebhookConfigurations.Name);

    private readonly ControllerManager manager;
    private readonly ComponentContext context;
    private readonly WebhookEndpoint endpoint;
    private readonly IReadOnlyList<ServedWebhook> webhooks;
    private readonly Applier applier;
    private readonly CacheScope scope = new(FieldSelector: $"metadata.name={WebhookConfigurations.Name}");
    private readonly ILogger log;
    private Action<ObjectKey> enqueue = _ => { };
    private volatile Serving? serving;

    public OperatorWebhooks(
        ControllerManager manager, ComponentContext context, WebhookEndpoint endpoint, IReadOnlyList<ServedWebhook> webhooks)
    {
        this.manager = manager;
        this.context = context;
        this.endpoint = endpoint;
        this.webhooks = webhooks;
        applier = new Applier(manager.Client, "gardener-operator");
        log = context.Logs.CreateLogger<OperatorWebhooks>();
        context.Health.Add("webhooks", HealthProbes.Ready, () => serving is null ? "the webhooks are not served yet" : null);
        manager.AddController("webhook-configurations", this, controller => controller
            .For<ValidatingWebhookConfiguration>(scope: scope)
            .For<MutatingWebhookConfiguration>(scope: scope)
            .From(add => enqueue = add)
            .WithConcurrency(1));
    }

    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="SettingException">The port cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var secret = await EnsureCertificateAsync(cancellationToken);
        using var certificate = Pem.ReadKeyPair(secret.Text("tls.crt"), secret.Text("tls.key"));
        await using var server = await WebhookServer.StartAsync(
            endpoint.Listen,
            () => certificate,
            webhooks.ToDictionary(webhook => webhook.Path, IWebhook (webhook) => new AdmissionEndpoint(webhook.Webhook)),
            context.Logs,
            cancellationToken);
        serving = new Serving(server.Port, secret.Text("ca.crt"));
        enqueue(Configurations);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
    }

    /// <summary>Puts the configurations right; before the webhooks are served there is nothing to ask.</summary>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (serving is { } now && key == Configurations)
        {
            var mutating = WebhookConfigurations.Mutating(webhooks, ConfigOf, now.Authority);
            var validating = WebhookConfigurations.Validating(webhooks, ConfigOf, now.Authority);
            await applier.ApplyAsync(mutating, manager.CacheOf<MutatingWebhookConfiguration>(scope), cancellationToken);
            await applier.ApplyAsync(validating, manager.CacheOf<ValidatingWebhookConfiguration>(scope), cancellationToken);
        }

        return ReconcileResult.Done;

        WebhookClientConfig ConfigOf(string path) => endpoint.ClientConfigOf(serving!.Port, path);
    }

    private async Task<ManagedSecret> EnsureCertificateAsync(CancellationToken cancellationToken)
    {
        var secrets = new SecretsManager(manager.Client, VirtualGardenNames.Namespace, Identity, context.Clock);
        while (true)
        {
            try
            {
                var authority = await secrets.EnsureAuthorityAsync("ca-gardener-operator", cancellationToken);
                var spec = CertificateSpec.Server(WebhookEndpoint.ServiceName, endpoint.Hosts);
                return await secrets.EnsureCertificateAsync("gardener-operator-webhooks", authority, spec, cancellationToken);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                // The namespace may come later; until then nobody can have Extensions judged, and the rest of the operator works.
                LogWaiting(log, e.Message);
                await Task.Delay(RetryPeriod, context.Clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(5100, LogLevel.Warning, "cannot serve webhooks yet, trying again: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);

    private sealed record Serving(int Port, string Authority);
}
