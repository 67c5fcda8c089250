using System.Security.Cryptography.X509Certificates;
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
    /// <summary>Time between two looks at whether the certificate has to be renewed: 1 h.</summary>
    public static readonly TimeSpan RenewalPeriod = TimeSpan.FromHours(1);

    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ServedAt? current;
    private volatile X509Certificate2? certificate;

    /// <summary>Completes when the webhooks are served.</summary>
    public Task Started => started.Task;

    /// <summary>Where they are served, and whom to trust; null before they are.</summary>
    public ServedAt? Current => current;

    /// <summary>Told when <see cref="Current"/> has changed.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>Serves until cancelled; a certificate that is renewed takes effect with the next connection.</summary>
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
        var log = context.Logs.CreateLogger<WebhookServing>();
        var name = $"{settings.Name}-webhooks";
        var renewed = new RenewedCertificate(
            new SecretsManager(client, settings.Namespace, name, context.Clock),
            $"ca-{settings.Name}",
            name,
            CertificateSpec.Server(settings.Endpoint.Hosts[0], settings.Endpoint.Hosts),
            context.Clock);
        var first = await EnsureFirstAsync(renewed, context.Clock, log, cancellationToken);
        Take(first);
        await using var server = await WebhookServer.StartAsync(
            settings.Endpoint.Listen,
            () => certificate!,
            settings.Webhooks.ToDictionary(webhook => webhook.Path, IWebhook (webhook) => new AdmissionEndpoint(webhook.Webhook)),
            context.Logs,
            cancellationToken);
        current = new ServedAt(server.Port, first.Authorities);
        started.TrySetResult();
        Changed();
        await RenewAsync(renewed, first, context.Clock, log, cancellationToken);
    }

    private static async Task<CurrentCertificate> EnsureFirstAsync(
        RenewedCertificate renewed, TimeProvider clock, ILogger log, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await renewed.EnsureAsync(cancellationToken);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                // The namespace may come later; until then nobody can have objects judged, and the rest of the component works.
                LogWaiting(log, e.Message);
                await Task.Delay(RetryPeriod, clock, cancellationToken);
            }
        }
    }

    // What is served stays good for a long time when a renewal fails: the next hour is soon enough.
    private async Task RenewAsync(
        RenewedCertificate renewed, CurrentCertificate last, TimeProvider clock, ILogger log, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(RenewalPeriod, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                var next = await renewed.EnsureAsync(cancellationToken);
                if (next.Secret.SecretName != last.Secret.SecretName)
                {
                    Take(next);
                    LogRenewed(log, next.Secret.SecretName);
                }

                if (next.Authorities != last.Authorities)
                {
                    current = current! with { Authority = next.Authorities };
                    Changed();
                }

                last = next;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                LogNotRenewed(log, e.Message);
            }
        }
    }

    // Connections that are being made may still use the one before.
    private void Take(CurrentCertificate next) =>
        certificate = Pem.ReadKeyPair(next.Secret.Text("tls.crt"), next.Secret.Text("tls.key"));

    [LoggerMessage(5100, LogLevel.Warning, "cannot serve webhooks yet, trying again: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);

    [LoggerMessage(5101, LogLevel.Information, "webhooks are served with the certificate of Secret {Secret} from now on")]
    private static partial void LogRenewed(ILogger logger, string secret);

    [LoggerMessage(5102, LogLevel.Warning, "cannot see to the certificate of the webhooks, trying again in an hour: {Reason}")]
    private static partial void LogNotRenewed(ILogger logger, string reason);
}

/// <summary>Where webhooks are served.</summary>
/// <param name="Port">The port that is listened on.</param>
/// <param name="Authority">PEM of the authorities that may have signed the serving certificate.</param>
public sealed record ServedAt(int Port, string Authority);
