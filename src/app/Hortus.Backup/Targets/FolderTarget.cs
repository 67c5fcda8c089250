namespace Hortus.Backup;

/// <summary>A folder, readable by its owner only: snapshots hold Secrets.</summary>
internal sealed class FolderTarget(string folder) : IBackupTarget
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Unfinished = ".unfinished";

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => DoAsync("read", () =>
        Task.FromResult<IReadOnlyList<string>>(Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))
                .Where(name => !name.EndsWith(Unfinished, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
            : []));

    public Task WriteAsync(string name, string file, CancellationToken cancellationToken) => DoAsync("written", async () =>
    {
        Directory.CreateDirectory(folder, Private | UnixFileMode.UserExecute);
        var target = Path.Combine(folder, name);
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = Private,
            Options = FileOptions.Asynchronous,
        };
        await using (var from = File.OpenRead(file))
        await using (var to = new FileStream(target + Unfinished, options))
        {
            await from.CopyToAsync(to, cancellationToken);
            await to.FlushAsync(cancellationToken);
            RandomAccess.FlushToDisk(to.SafeFileHandle);
        }

        File.Move(target + Unfinished, target, overwrite: true);
        return true;
    });

    public Task ReadAsync(string name, string file, CancellationToken cancellationToken) => DoAsync("read", async () =>
    {
        await using var from = File.OpenRead(Path.Combine(folder, name));
        await using var to = new FileStream(file, FileMode.CreateNew);
        await from.CopyToAsync(to, cancellationToken);
        return true;
    });

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => DoAsync("written", () =>
    {
        File.Delete(Path.Combine(folder, name));
        return Task.FromResult(true);
    });

    public void Dispose()
    {
        // Nothing is held between the calls.
    }

    public override string ToString() => folder;

    private async Task<T> DoAsync<T>(string what, Func<Task<T>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"folder {folder} cannot be {what}: {fault.Message}", fault);
        }
    }
}
