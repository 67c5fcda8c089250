using System.Net;
using Hortus.Pki;
using Hortus.Runtime;
using Hortus.Runtime.Webhooks;
using Hortus.Telemetry;

namespace Hortus.ResourceManager.Webhooks;

/// <summary>Serves the webhooks of a resource manager, on every instance, whether or not it holds the lease.</summary>
internal static class WebhookServing
{
    /// <summary>Serves until cancelled.</summary>
    /// <exception cref="SettingException">A flag or the certificate cannot be used.</exception>
    public static async Task RunAsync(ResourceManagerOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        var target = options.TargetKubeconfig is { } file ? context.Connect(file) : context.Client;
        var webhooks = WebhookCatalog.Make(options, context.Client, target);
        var isServing = false;
        context.Health.Add("webhooks", HealthProbes.Ready, () => isServing ? null : "the webhooks are not served yet");
        await using var server = await WebhookServer.StartAsync(
            AddressOf(options), CertificateOf(options).Get, webhooks, context.Logs, cancellationToken);
        isServing = true;
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
    }

    private static IPEndPoint AddressOf(ResourceManagerOptions options) =>
        !IPAddress.TryParse(options.WebhookBindAddress, out var address)
            ? throw new SettingException($"--webhook-bind-address: want an IP address, found \"{options.WebhookBindAddress}\"")
            : options.WebhookPort is < 0 or > IPEndPoint.MaxPort
                ? throw new SettingException($"--webhook-port: want 0 to {IPEndPoint.MaxPort}, found {options.WebhookPort}")
                : new IPEndPoint(address, options.WebhookPort);

    private static CertificateFile CertificateOf(ResourceManagerOptions options)
    {
        if (options.WebhookCertDir is not { } folder)
        {
            throw new SettingException("--webhooks needs --webhook-cert-dir, the folder with tls.crt and tls.key");
        }

        try
        {
            return CertificateFile.Open(Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"));
        }
        catch (IOException e)
        {
            throw new SettingException($"--webhook-cert-dir: {e.Message}", e);
        }
    }
}
