using Hortus.Client;
using Hortus.Components.Webhooks;
using Hortus.Runtime;

namespace Hortus.ProviderLocal.Admission;

/// <summary><c>hortus extension admission-local</c>: fills in and judges shoots and profiles of type local for the API server of a
/// garden.</summary>
public sealed class AdmissionLocalComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "admission-local";

    /// <summary>Name of its Service, its webhook configurations and its account.</summary>
    public const string ServiceName = "gardener-extension-" + Name;

    /// <summary>Where the webhooks are served instead of where the options say.</summary>
    internal WebhookEndpoint? Endpoint { get; init; }

    /// <summary>Way into the garden instead of that of the options.</summary>
    internal IKubernetesClient? Garden { get; init; }

    /// <summary>How to host the component.</summary>
    public static ComponentHostOptions HostOptions(AdmissionLocalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new() { Name = Name, Kubeconfig = options.Kubeconfig, HealthPort = options.HealthPort };
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="SettingException">An option cannot be used.</exception>
    public async Task RunAsync(AdmissionLocalOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var garden = Garden ?? (options.GardenKubeconfig is { } file ? context.Connect(file) : context.Client);
        var manager = context.CreateManager(garden);
        var webhooks = new WebhookHost(manager, context.Client, context, LocalWebhooks.Settings(
            garden,
            Endpoint ?? WebhookEndpoint.ForNeighbour(
                options.WebhookConfigNamespace, ServiceName, options.WebhookConfigServerPort, "--webhook-config-server-port"),
            options));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [manager.RunAsync(stop.Token), webhooks.RunAsync(stop.Token)];
        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running.Select(part => part.ContinueWith(_ => { }, TaskScheduler.Default)));
        cancellationToken.ThrowIfCancellationRequested();
        await first;
    }
}
