namespace Hortus.Backup;

/// <summary>Snapshots cannot be kept or read. The message says which, where and why, and holds no credentials.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
