using System.Collections.Concurrent;
using System.Text;
using Hortus.Client;
using Hortus.Kubelet.Pods;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Volumes;

/// <summary>Gets tokens for pods, bound to them, and new ones when 80 % of a token's life is over.</summary>
internal sealed class ServiceAccountTokens(PodObjects objects, TimeProvider time)
{
    private const long DefaultSeconds = 3600;
    private readonly ConcurrentDictionary<(string Uid, string Audience, long Seconds),
        (byte[] Token, DateTimeOffset RefreshAt)> tokens = new();

    /// <exception cref="PodWaitException">No token can be had now.</exception>
    public async Task<byte[]> GetAsync(
        Pod pod, ServiceAccountTokenProjection projection, CancellationToken cancellationToken)
    {
        var seconds = projection.ExpirationSeconds ?? DefaultSeconds;
        var key = (pod.Uid(), projection.Audience ?? "", seconds);
        if (tokens.TryGetValue(key, out var known) && time.GetUtcNow() < known.RefreshAt)
        {
            return known.Token;
        }

        var account = new ObjectKey(pod.Metadata.Namespace, pod.Spec.ServiceAccountName ?? "default");
        var client = objects.Client
            ?? throw new PodWaitException(
                PodWaitException.Creating,
                    $"no token for service account {account}: the kubelet has no API server yet");
        var request = new TokenRequest
        {
            Spec = new TokenRequestSpec
            {
                Audiences = projection.Audience is { Length: > 0 } audience ? [audience] : [],
                ExpirationSeconds = seconds,
                BoundObjectRef = new BoundObjectReference
                {
                    ApiVersion = "v1",
                    Kind = "Pod",
                    Name = pod.Metadata.Name,
                    Uid = pod.Uid()
                },
            },
        };
        try
        {
            var answer = await client.CreateSubresourceAsync<ServiceAccount, TokenRequest, TokenRequest>(
                account, "token", request, cancellationToken);
            var token = Encoding.UTF8.GetBytes(answer.Status.Token ?? "");
            var now = time.GetUtcNow();
            var life = (answer.Status.ExpirationTimestamp ?? now.AddSeconds(seconds)) - now;
            tokens[key] = (token, now + (life * 0.8));
            return token;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            return known.Token ?? throw new PodWaitException(
                PodWaitException.Creating, $"no token for service account {account}: {e.Message}", e);
        }
    }

    /// <summary>Forgets the tokens of a pod.</summary>
    public void Forget(string podUid)
    {
        foreach (var key in tokens.Keys.Where(k => k.Uid == podUid))
        {
            tokens.TryRemove(key, out _);
        }
    }
}
