namespace Hortus.Backup;

/// <summary>A place for the snapshots of one store.</summary>
public interface IBackupTarget : IDisposable
{
    /// <summary>Names of all files in the place, in order.</summary>
    /// <exception cref="BackupException">The place cannot be read.</exception>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Copies a file there; it appears whole or not at all.</summary>
    /// <exception cref="BackupException">The place cannot be written.</exception>
    Task WriteAsync(string name, string file, CancellationToken cancellationToken);

    /// <summary>Copies a file from there into one that does not exist.</summary>
    /// <exception cref="BackupException">There is no such file, or it cannot be read.</exception>
    Task ReadAsync(string name, string file, CancellationToken cancellationToken);

    /// <summary>Removes a file; one that is gone is a success.</summary>
    /// <exception cref="BackupException">The place cannot be written.</exception>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}
