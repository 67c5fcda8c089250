namespace Hortus.Backup;

/// <summary>What a snapshot is of.</summary>
public enum SnapshotKind
{
    /// <summary>An embedded store: a file of <c>hortus store backup</c>.</summary>
    Store,

    /// <summary>An etcd: a file of <c>etcdctl snapshot save</c>.</summary>
    Etcd,
}
