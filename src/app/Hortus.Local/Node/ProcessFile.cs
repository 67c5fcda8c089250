using System.Globalization;
using Hortus.Host;

namespace Hortus.Local.Node;

/// <summary>A file that names one process by number and start time, so that a later process with the same number is not
/// mistaken for it.</summary>
public sealed class ProcessFile(string path)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>The process named in the file, if it still runs.</summary>
    public ProcessIdentity? FindRunning()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var parts = File.ReadAllText(path).Split(' ', StringSplitOptions.TrimEntries);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            && ProcessTable.IsAlive(new ProcessIdentity(id, start))
            ? new ProcessIdentity(id, start)
            : null;
    }

    /// <summary>Names a running process.</summary>
    public void Write(int id)
    {
        if (ProcessTable.Find(id) is { } process)
        {
            StateDirectory.WriteSecret(path, string.Create(CultureInfo.InvariantCulture, $"{process.Id} {process.StartTicks}"));
        }
    }

    /// <summary>Forgets the process.</summary>
    public void Delete() => File.Delete(path);

    /// <summary>Asks the process to end, and kills it when it has not after the grace time.</summary>
    public async Task StopAsync(TimeSpan grace, TimeProvider time, CancellationToken cancellationToken)
    {
        if (FindRunning() is not { } process)
        {
            Delete();
            return;
        }

        ProcessTable.Send(process, Signal.Terminate);
        var deadline = time.GetUtcNow() + grace;

        // The process is not our child, so there is no exit to await; its table entry is what can be seen.
        while (ProcessTable.IsAlive(process))
        {
            if (time.GetUtcNow() > deadline)
            {
                ProcessTable.Send(process, Signal.Kill);
                deadline = DateTimeOffset.MaxValue;
            }

            await Task.Delay(PollInterval, time, cancellationToken);
        }

        Delete();
    }
}
