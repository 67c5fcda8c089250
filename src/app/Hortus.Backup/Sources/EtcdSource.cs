using Hortus.Storage;

namespace Hortus.Backup;

/// <summary>An etcd, with all that it holds.</summary>
/// <param name="options">Where it is.</param>
/// <param name="clock">Clock.</param>
/// <exception cref="IOException">A file of the credentials cannot be used.</exception>
public sealed class EtcdSource(EtcdStoreOptions options, TimeProvider clock) : ISnapshotSource
{
    private readonly EtcdArchive archive = new(options, clock);

    public SnapshotKind Kind => SnapshotKind.Etcd;

    public Task<long?> WriteAsync(string file, long? known, CancellationToken cancellationToken) =>
        archive.SaveAsync(file, known, cancellationToken);

    public void Dispose() => archive.Dispose();
}
