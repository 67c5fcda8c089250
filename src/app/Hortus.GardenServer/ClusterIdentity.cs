using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.GardenServer;

/// <summary>Writes down in the host which landscape this is; seeds and shoots take the name over. It never changes.</summary>
internal sealed partial class ClusterIdentity(IKubernetesClient client, ComponentContext context)
{
    private const string IdentityKey = "cluster-identity";
    private static readonly ObjectKey Key = new("kube-system", IdentityKey);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ILogger logger = context.Logs.CreateLogger<ClusterIdentity>();

    /// <summary>Done when it is written; a host that has another name keeps it, which is logged.</summary>
    public async Task EnsureAsync(string identity, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await WriteAsync(identity, cancellationToken);
                return;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
            {
                LogNotWritten(logger, Key, e.Message);
            }

            await Task.Delay(RetryDelay, context.Clock, cancellationToken);
        }
    }

    private async Task WriteAsync(string identity, CancellationToken cancellationToken)
    {
        if (await client.FindAsync<ConfigMap>(Key, cancellationToken) is { } present)
        {
            if (present.Data?.GetValueOrDefault(IdentityKey) is { } other && other != identity)
            {
                LogOther(logger, Key, other, identity);
            }

            return;
        }

        await client.CreateAsync(
            new ConfigMap
            {
                Metadata = new ObjectMeta { Namespace = Key.Namespace, Name = Key.Name },
                Immutable = true,
                Data = new Dictionary<string, string>
                {
                    [IdentityKey] = identity,
                    ["origin"] = GardenerApiServerComponent.Name,
                },
            },
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "ConfigMap {Key} of the host could not be written, trying again: {Reason}")]
    private static partial void LogNotWritten(ILogger logger, ObjectKey key, string reason);

    [LoggerMessage(LogLevel.Error, "ConfigMap {Key} of the host names the landscape {Other}, --cluster-identity says {Identity}; the "
        + "former stays")]
    private static partial void LogOther(ILogger logger, ObjectKey key, string other, string identity);
}
