namespace Hortus.Storage;

/// <summary>Where an etcd is and how an <see cref="EtcdStore"/> uses it. Files are PEM.</summary>
public sealed record EtcdStoreOptions : StoreMemoryOptions
{
    /// <summary>Addresses of the members, <c>http</c> or <c>https</c>; all of one cluster.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    /// <summary>Every key of the store is below this path; other keys of the cluster are left alone.</summary>
    public string Prefix { get; init; } = "/registry";

    /// <summary>Authorities of the members' certificates; null takes the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>Certificate shown to members, read again when it changes; null shows none.</summary>
    public string? CertFile { get; init; }

    /// <summary>Key of <see cref="CertFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How long opening tries to reach a member before it gives up.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a read is tried, on one member after the other.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the answer to a write is waited for; then its outcome is unknown.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often members are asked whether they are well, when there are several.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a member may take to say that it is well.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// So many revisions of the cluster's past are read when the store is opened, as far as they are not compacted, so
    /// that watches survive a restart of this process.
    /// </summary>
    public int ReplayRevisions { get; init; } = 10_000;

    /// <summary>How often the cluster's history is compacted; zero leaves that to others.</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Every problem of these options, one line each; empty when they can be used.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Endpoints.Count == 0)
        {
            problems.Add("there must be an endpoint");
        }

        foreach (var endpoint in Endpoints)
        {
            if (!endpoint.IsAbsoluteUri || (endpoint.Scheme != "http" && endpoint.Scheme != "https"))
            {
                problems.Add($"the endpoint \"{endpoint}\" must be like https://127.0.0.1:2379");
            }
        }

        if (!Prefix.StartsWith('/'))
        {
            problems.Add($"the prefix \"{Prefix}\" must begin with a slash");
        }

        if (CertFile is null != KeyFile is null)
        {
            problems.Add("a certificate and its key must be given together");
        }

        RequirePositive(problems, nameof(StartTimeout), StartTimeout.Ticks);
        RequirePositive(problems, nameof(ReadTimeout), ReadTimeout.Ticks);
        RequirePositive(problems, nameof(WriteTimeout), WriteTimeout.Ticks);
        RequirePositive(problems, nameof(ProbeInterval), ProbeInterval.Ticks);
        RequirePositive(problems, nameof(ProbeTimeout), ProbeTimeout.Ticks);
        if (ReplayRevisions < 0 || CompactionInterval < TimeSpan.Zero)
        {
            problems.Add("replayed revisions and compaction interval must not be negative");
        }

        RequireMemory(problems);
        return problems;
    }
}
