namespace Hortus.Storage;

/// <summary>Where committed changes are made durable. Called by the writer thread alone.</summary>
internal interface ICommitLog : IDisposable
{
    /// <summary>Why the last write could not be made durable; null when it could.</summary>
    string? Failure { get; }

    /// <summary>Bytes that would be read at a start, apart from the snapshot.</summary>
    long Size { get; }

    /// <summary>Returns when the changes are as durable as the options promise.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreFailure.Unavailable"/>: none of them happened; <see cref="StoreFailure.OutcomeUnknown"/>: they
    /// may be seen after a restart if the process dies before the next write succeeds.
    /// </exception>
    /// <param name="changes">What was changed.</param>
    /// <param name="compactedTo">History forgotten after these changes; 0 for none.</param>
    /// <param name="revision">Revision after these changes.</param>
    void Append(List<StoreChange> changes, long compactedTo, long revision);

    /// <summary>Called now and then while there is a <see cref="Failure"/>: finds out whether it is over. Does not throw.</summary>
    void Probe();

    /// <summary>Forces everything appended to the disk.</summary>
    void Sync();

    /// <summary>The published state no longer follows from the log: begin a new one before the next write.</summary>
    void Distrust();

    /// <summary>Told after publication; the time to replace a long log by a snapshot.</summary>
    void Committed(StoreState state);

    /// <summary>Leaves the files so that the next start is quick.</summary>
    void Close(StoreState state);
}

/// <summary>The log of a store without files.</summary>
internal sealed class NoLog : ICommitLog
{
    public string? Failure => null;

    public long Size => 0;

    public void Append(List<StoreChange> changes, long compactedTo, long revision)
    {
    }

    public void Probe()
    {
    }

    public void Sync()
    {
    }

    public void Distrust()
    {
    }

    public void Committed(StoreState state)
    {
    }

    public void Close(StoreState state)
    {
    }

    public void Dispose()
    {
    }
}
