using Hortus.ApiServer.Access;
using Hortus.ApiServer.Streaming;
using Hortus.ApiServer.Webhooks;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Admission.Webhooks;

/// <summary>The webhooks that are configured, kept up to date by a watch so that requests find them without
/// reading.</summary>
internal sealed partial class WebhookIndex(
    IObjectReader objects, INodeDialer dialer, TimeProvider time, ILogger<WebhookIndex> logger)
{
    private static readonly ResourceKind Mutating = ResourceKind.Of<MutatingWebhookConfiguration>();
    private static readonly ResourceKind Validating = ResourceKind.Of<ValidatingWebhookConfiguration>();
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim gate = new(1);
    private readonly WebhookServices services = new(objects, dialer);
    private Dictionary<WebhookAddress, WebhookEndpoint> endpoints = [];
    private volatile WebhookSet current = WebhookSet.None;

    /// <summary>The webhooks now.</summary>
    public WebhookSet Current => current;

    /// <summary>Reads all configurations.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var mutating = await objects.ListAsync<MutatingWebhookConfiguration>(null, cancellationToken);
            var validating = await objects.ListAsync<ValidatingWebhookConfiguration>(null, cancellationToken);
            Replace(mutating, validating);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Follows the configurations until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(FollowAsync(Mutating, cancellationToken), FollowAsync(Validating, cancellationToken));

    private async Task FollowAsync(ResourceKind kind, CancellationToken cancellationToken)
    {
        await foreach (var key in objects.WatchAsync(kind, cancellationToken))
        {
            try
            {
                await LoadAsync(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(logger, e, kind.Kind, key.Name);
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    private void Replace(
        IReadOnlyList<MutatingWebhookConfiguration> mutating, IReadOnlyList<ValidatingWebhookConfiguration> validating)
    {
        var used = new Dictionary<WebhookAddress, WebhookEndpoint>();
        WebhookEndpoint EndpointOf(WebhookClientConfig config)
        {
            var address = WebhookAddress.Of(config);
            if (used.TryGetValue(address, out var endpoint))
            {
                return endpoint;
            }

            return used[address] = endpoints.TryGetValue(address, out var known)
                ? known
                : new WebhookEndpoint(address, services, time);
        }

        current = new WebhookSet(
            [
                .. mutating.OrderBy(c => c.Key.Name, StringComparer.Ordinal)
                    .SelectMany(c => c.Webhooks ?? []).Select(w => Webhook.Of(w, EndpointOf)),
            ],
            [
                .. validating.OrderBy(c => c.Key.Name, StringComparer.Ordinal)
                    .SelectMany(c => c.Webhooks ?? []).Select(w => Webhook.Of(w, EndpointOf)),
            ]);
        foreach (var (address, endpoint) in endpoints)
        {
            if (!used.ContainsKey(address))
            {
                endpoint.Dispose();
            }
        }

        endpoints = used;
    }

    [LoggerMessage(LogLevel.Error, "{Kind} {Name} could not be read, its webhooks stay as they were")]
    private static partial void LogFailed(ILogger logger, Exception error, string kind, string name);
}
