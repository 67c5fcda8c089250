namespace Hortus.Backup;

/// <summary>Settings of the process that takes snapshots beside an API server.</summary>
public sealed record BackupOptions
{
    /// <summary>Folder of the store, as given to the API server.</summary>
    public required string DataDir { get; init; }

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

        return faults;
    }
}
