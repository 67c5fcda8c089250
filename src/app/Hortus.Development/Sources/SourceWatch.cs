using System.Threading.Channels;

namespace Hortus.Development.Sources;

/// <summary>Notices that something happens to sources. What it was is told by a <see cref="SourceSnapshot"/>, so events that the system
/// drops or gives twice do no harm.</summary>
public sealed class SourceWatch : IDisposable
{
    private readonly List<FileSystemWatcher> watchers = [];
    private readonly Channel<DateTimeOffset> changes = Channel.CreateUnbounded<DateTimeOffset>();

    /// <summary>Begins to watch.</summary>
    /// <param name="root">Root of the tree; files in it are watched as well.</param>
    /// <param name="folders">Folders below it, watched with all that is in them.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="DevelopmentException">The system has no watch left.</exception>
    public SourceWatch(string root, IReadOnlyList<string> folders, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(folders);
        ArgumentNullException.ThrowIfNull(time);
        try
        {
            Watch(root, root, below: false, time);
            foreach (var folder in folders.Select(name => Path.Combine(root, name)).Where(Directory.Exists))
            {
                Watch(root, folder, below: true, time);
            }
        }
        catch (IOException failure)
        {
            Dispose();
            throw new DevelopmentException(
                $"{root} cannot be watched: {failure.Message}; raise fs.inotify.max_user_watches and max_user_instances", failure);
        }
    }

    /// <summary>The moments of changes.</summary>
    public ChannelReader<DateTimeOffset> Changes => changes.Reader;

    public void Dispose()
    {
        watchers.ForEach(watcher => watcher.Dispose());
        changes.Writer.TryComplete();
    }

    private void Watch(string root, string folder, bool below, TimeProvider time)
    {
        var watcher = new FileSystemWatcher(folder)
        {
            IncludeSubdirectories = below,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite,
        };
        watchers.Add(watcher);
        watcher.Changed += (_, change) => Note(change.FullPath);
        watcher.Created += (_, change) => Note(change.FullPath);
        watcher.Deleted += (_, change) => Note(change.FullPath);
        watcher.Renamed += (_, change) =>
        {
            Note(change.OldFullPath);
            Note(change.FullPath);
        };

        // Events were lost: something happened.
        watcher.Error += (_, _) => changes.Writer.TryWrite(time.GetUtcNow());
        watcher.EnableRaisingEvents = true;

        void Note(string path)
        {
            if (!SourcePaths.IsIgnored(SourcePaths.Relative(root, path)))
            {
                changes.Writer.TryWrite(time.GetUtcNow());
            }
        }
    }
}
