using Hortus.Testing.Etcd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Storage.Tests;

/// <summary>Opens stores of one kind for the tests that every kind has to pass, and clears up after them.</summary>
public abstract class StoreEngine : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    /// <summary>A new store in which nothing has been written.</summary>
    /// <param name="limits">What is kept in memory; null takes the defaults.</param>
    /// <param name="time">Clock.</param>
    public abstract Task<IStore> OpenAsync(StoreMemoryOptions? limits, TimeProvider time);

    public abstract ValueTask DisposeAsync();

    public static StoreStatistics StatisticsOf(IStore store) => store switch
    {
        EmbeddedStore embedded => embedded.Statistics,
        EtcdStore etcd => etcd.Statistics,
        _ => throw new ArgumentException($"{store.GetType()} has no statistics", nameof(store)),
    };

    /// <summary>Without files.</summary>
    public sealed class Memory : StoreEngine
    {
        public override Task<IStore> OpenAsync(StoreMemoryOptions? limits, TimeProvider time) => Task.FromResult<IStore>(
            EmbeddedStore.InMemory((EmbeddedStoreOptions?)limits ?? new EmbeddedStoreOptions(), time));

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>The embedded engine with its files.</summary>
    public sealed class Disk : StoreEngine
    {
        private readonly List<TemporaryFolder> _folders = [];

        public override async Task<IStore> OpenAsync(StoreMemoryOptions? limits, TimeProvider time)
        {
            var folder = new TemporaryFolder();
            _folders.Add(folder);
            return await folder.OpenAsync((EmbeddedStoreOptions?)limits, time);
        }

        public override ValueTask DisposeAsync()
        {
            _folders.ForEach(f => f.Dispose());
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>A real etcd for each store.</summary>
    public sealed class Etcd : StoreEngine
    {
        private readonly List<EtcdCluster> _clusters = [];

        public override async Task<IStore> OpenAsync(StoreMemoryOptions? limits, TimeProvider time)
        {
            using var deadline = new CancellationTokenSource(StartDeadline);
            var cluster = await EtcdCluster.StartAsync(deadline.Token);
            _clusters.Add(cluster);
            return await EtcdStore.OpenAsync(
                OptionsOf(cluster, limits), time, NullLogger<EtcdStore>.Instance, deadline.Token);
        }

        /// <summary>Options for a cluster whose every key belongs to the store.</summary>
        public static EtcdStoreOptions OptionsOf(EtcdCluster cluster, StoreMemoryOptions? limits = null)
        {
            limits ??= new EmbeddedStoreOptions();
            return new EtcdStoreOptions
            {
                Endpoints = cluster.Endpoints,
                CaFile = cluster.CaFile,
                CertFile = cluster.CertFile,
                KeyFile = cluster.KeyFile,
                Prefix = "/",
                MaxValueBytes = limits.MaxValueBytes,
                HistoryAge = limits.HistoryAge,
                HistoryRevisions = limits.HistoryRevisions,
                HistoryBytes = limits.HistoryBytes,
                WatchBufferEvents = limits.WatchBufferEvents,
                WatchBufferBytes = limits.WatchBufferBytes,
                WatchProgressInterval = limits.WatchProgressInterval,
            };
        }

        public override async ValueTask DisposeAsync()
        {
            foreach (var cluster in _clusters)
            {
                await cluster.DisposeAsync();
            }
        }
    }
}
