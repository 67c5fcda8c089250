using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>Reads what pods refer to. Before there is an API server every read says so.</summary>
internal sealed class PodObjects
{
    /// <summary>The client; null while the API server is not known.</summary>
    public IKubernetesClient? Client { get; set; }

    /// <summary>An object that a pod needs; null when it does not exist.</summary>
    /// <exception cref="PodWaitException">The API server is not known, not reachable, or refuses.</exception>
    public async Task<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject
    {
        var kind = ResourceKind.Of<T>().Kind;
        if (Client is not { } client)
        {
            throw new PodWaitException(
                PodWaitException.Creating, $"{kind} {key} cannot be read: the kubelet has no API server yet");
        }

        try
        {
            return await client.FindAsync<T>(key, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or ApiException or TimeoutException)
        {
            throw new PodWaitException(PodWaitException.Creating, $"{kind} {key} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>An object that must exist unless it is optional.</summary>
    /// <exception cref="PodWaitException">It does not exist, or it cannot be read.</exception>
    public async Task<T?> NeedAsync<T>(ObjectKey key, bool optional, CancellationToken cancellationToken) where T
        : KubernetesObject =>
        await FindAsync<T>(key, cancellationToken) ?? (optional
            ? null
            : throw new PodWaitException(
                PodWaitException.ConfigError, $"{ResourceKind.Of<T>().Kind} {key} does not exist"));
}
