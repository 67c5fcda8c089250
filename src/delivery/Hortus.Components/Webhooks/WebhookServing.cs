using Hortus.Client;
using Hortus.Pki;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.Components.Webhooks;

/// <summary>Serves a component's webhooks. Instances that do not lead may do it as well, see
/// <see cref="ComponentHostOptions.Beside"/>.</summary>
public sealed partial class WebhookServing
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<ServedAt> started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the webhooks are served.</summary>
    public Task<ServedAt> Started => started.Task;

    /// <summary>Serves until cancelled.</summary>
    /// <param name="settings">What is served.</param>
    /// <param name="client">Cluster of the component: the Secrets of the certificate are there.</param>
    /// <param name="context">The component.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="SettingException">The port cannot be used.</exception>
    public async Task RunAsync(
        WebhookSettings settings, IKubernetesClient client, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(context);
        context.Health.Add(
            "webhooks", HealthProbes.Ready, () => Started.IsCompletedSuccessfully ? null : "the webhooks are not served yet");
        var secret = await EnsureCertificateAsync(settings, client, context, cancellationToken);
        using var certificate = Pem.ReadKeyPair(secret.Text("tls.crt"), secret.Text("tls.key"));
        await using var server = await WebhookServer.StartAsync(
            settings.Endpoint.Listen,
            () => certificate,
            settings.Webhooks.ToDictionary(webhook => webhook.Path, IWebhook (webhook) => new AdmissionEndpoint(webhook.Webhook)),
            context.Logs,
            cancellationToken);
        started.TrySetResult(new ServedAt(server.Port, secret.Text("ca.crt")));
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
    }

    private static async Task<ManagedSecret> EnsureCertificateAsync(
        WebhookSettings settings, IKubernetesClient client, ComponentContext context, CancellationToken cancellationToken)
    {
        var name = $"{settings.Name}-webhooks";
        var secrets = new SecretsManager(client, settings.Namespace, name, context.Clock);
        var log = context.Logs.CreateLogger<WebhookServing>();
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
}

/// <summary>Where webhooks are served.</summary>
/// <param name="Port">The port that is listened on.</param>
/// <param name="Authority">PEM of the authority of the serving certificate.</param>
public sealed record ServedAt(int Port, string Authority);
