using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;

namespace Hortus.E2E;

/// <summary>Looks on while gardenlets are replaced: whether the seed is alive for the garden all the time, and who keeps it so.</summary>
internal sealed class SeedWatch : IAsyncDisposable
{
    private const string Name = "local";

    private readonly CancellationTokenSource stop = new();
    private readonly KubernetesClient virtualGarden;
    private readonly KubernetesClient runtime;
    private readonly Lock gate = new();
    private readonly List<string> notReady = [];
    private readonly List<string> renewers = [];
    private readonly List<string> leaders = [];
    private readonly Task[] watching;
    private TimeSpan longest;
    private DateTimeOffset? renewed;

    public SeedWatch(LocalGarden garden)
    {
        virtualGarden = Connect(garden.Kubeconfig);
        runtime = Connect(garden.RuntimeKubeconfig);
        watching =
        [
            FollowAsync<Seed>(virtualGarden, null, Name, LookAt),
            FollowAsync<Lease>(virtualGarden, GardenerNames.SeedLeaseNamespace, Name, Renewed),
            FollowAsync<Lease>(
                runtime, GardenerNames.GardenNamespace, "gardenlet-leader-election", lease => Note(leaders, lease.Spec.HolderIdentity)),
        ];
    }

    /// <summary>Longest time between two renewals of the seed's Lease.</summary>
    public TimeSpan LongestGap
    {
        get
        {
            lock (gate)
            {
                return longest;
            }
        }
    }

    /// <summary>States of the condition GardenletReady other than True.</summary>
    public IReadOnlyList<string> NotReady
    {
        get
        {
            lock (gate)
            {
                return [.. notReady];
            }
        }
    }

    /// <summary>The processes that renewed the seed's Lease, in turn. One ends when it leads no more, so it comes but once.</summary>
    public IReadOnlyList<string> Renewers
    {
        get
        {
            lock (gate)
            {
                return [.. renewers];
            }
        }
    }

    /// <summary>Those who held the lease of the leader, in turn.</summary>
    public IReadOnlyList<string> Leaders
    {
        get
        {
            lock (gate)
            {
                return [.. leaders];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        virtualGarden.Dispose();
        runtime.Dispose();
        stop.Dispose();
    }

    private static KubernetesClient Connect(string kubeconfig) =>
        new(ClientConnection.Find(kubeconfig), new ClientOptions { UserAgent = "hortus-e2e" });

    private async Task FollowAsync<T>(KubernetesClient client, string? space, string name, Action<T> look) where T : KubernetesObject
    {
        var options = new WatchOptions { Namespace = space, FieldSelector = $"metadata.name={name}" };
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in client.WatchAsync<T>(options, stop.Token))
                {
                    if (change.Type is WatchEventType.Added or WatchEventType.Modified)
                    {
                        lock (gate)
                        {
                            look(change.Object);
                        }
                    }
                }
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
            {
                // Watches end now and then; what went by meanwhile shows in the renewals.
            }
        }
    }

    private void LookAt(Seed seed)
    {
        var ready = seed.Status?.Conditions?.FirstOrDefault(condition => condition.Type == GardenerConditions.GardenletReady);
        if (ready is not null && ready.Status != ConditionStatus.True)
        {
            notReady.Add($"{ready.LastUpdateTime:HH:mm:ss} {ready.Status} {ready.Message}");
        }
    }

    private void Renewed(Lease lease)
    {
        if (lease.Spec.RenewTime is { } now)
        {
            longest = renewed is { } before && now - before > longest ? now - before : longest;
            renewed = now;
        }

        Note(renewers, lease.Spec.HolderIdentity);
    }

    private static void Note(List<string> names, string? name)
    {
        if (!string.IsNullOrEmpty(name) && (names.Count == 0 || names[^1] != name))
        {
            names.Add(name);
        }
    }
}
