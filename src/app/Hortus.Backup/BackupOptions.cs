using Hortus.Storage;

namespace Hortus.Backup;

/// <summary>Settings of the process that takes snapshots of an API server's store.</summary>
public sealed record BackupOptions
{
    /// <summary>Folder of an embedded store, as given to the API server; null when an etcd is the store.</summary>
    public string? DataDir { get; init; }

    /// <summary>Addresses of an etcd's members, as given to the API server; empty when <see cref="DataDir"/> is the store.</summary>
    public IReadOnlyList<string> EtcdServers { get; init; } = [];

    /// <summary>Authorities of the members' certificates; null takes the system's.</summary>
    public string? EtcdCafile { get; init; }

    /// <summary>Client certificate shown to etcd; null shows none.</summary>
    public string? EtcdCertfile { get; init; }

    /// <summary>Key of the client certificate.</summary>
    public string? EtcdKeyfile { get; init; }

    /// <summary>Where snapshots go: the absolute path of a folder, or s3://BUCKET/PREFIX.</summary>
    public required string To { get; init; }

    /// <summary>Folder with access to the object store, one file a key as a mounted Secret has it.</summary>
    public string? CredentialsDir { get; init; }

    /// <summary>Time between snapshots.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How many snapshots are kept.</summary>
    public int Keep { get; init; } = 48;

    /// <summary>Checks all options at once.</summary>
    /// <returns>One line per fault; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Period < TimeSpan.FromSeconds(1))
        {
            faults.Add($"--period: want at least 1s, found {Period}");
        }

        if (Keep < 1)
        {
            faults.Add($"--keep: want at least 1, found {Keep}");
        }

        if (BackupTargets.FaultOf(To) is { } fault)
        {
            faults.Add($"--to: {fault}");
        }

        if (DataDir is null == (EtcdServers.Count == 0))
        {
            faults.Add("give the store: either --data-dir or --etcd-servers");
        }
        else if (EtcdServers.FirstOrDefault(server => !Uri.TryCreate(server, UriKind.Absolute, out _)) is { } other)
        {
            faults.Add($"--etcd-servers: \"{other}\" must be like https://127.0.0.1:2379");
        }
        else if (EtcdServers.Count > 0)
        {
            faults.AddRange(Etcd().Problems().Select(problem => $"the flags --etcd-...: {problem}"));
        }

        return faults;
    }

    /// <summary>The store, for messages.</summary>
    internal string StoreName => DataDir ?? string.Join(", ", EtcdServers);

    /// <summary>Opens what snapshots are taken of; the options are valid.</summary>
    /// <exception cref="IOException">A file of the credentials for etcd cannot be used.</exception>
    internal ISnapshotSource OpenSource(TimeProvider clock) =>
        DataDir is { } folder ? new FolderSource(folder, clock) : new EtcdSource(Etcd(), clock);

    private EtcdStoreOptions Etcd() => new()
    {
        Endpoints = [.. EtcdServers.Select(server => new Uri(server))],
        CaFile = EtcdCafile,
        CertFile = EtcdCertfile,
        KeyFile = EtcdKeyfile,
    };
}
