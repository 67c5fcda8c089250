using System.Collections.Concurrent;
using System.Diagnostics;
using Hortus.Host;
using Hortus.Kubelet.Images;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Containers;

/// <summary>
/// Starts, watches, stops and remembers the containers of one root directory. A new runtime on the same directory finds
/// the containers of the one before, whether that ended well or was killed.
/// </summary>
internal sealed class ContainerRuntime(string rootDirectory, ILoggerFactory loggers, TimeProvider time)
    : IAsyncDisposable
{
    private static readonly TimeSpan SetupMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LogPeriod = TimeSpan.FromMilliseconds(200);
    private readonly ILogger logger = loggers.CreateLogger<ContainerRuntime>();
    private readonly ContainerStore store = new(rootDirectory);
    private readonly ConcurrentDictionary<string, ContainerRecord> records = new();
    private readonly ConcurrentDictionary<string, RunningContainer> running = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly string devices = Path.Combine(rootDirectory, "devices");
    private Task logLoop = Task.CompletedTask;

    /// <summary>Called with the pod's UID when one of its containers ended.</summary>
    public Action<string> OnEnded { get; set; } = _ => { };

    /// <summary>Prepares the root directory and adopts the containers that still run.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await PrepareDevicesAsync(cancellationToken);
        foreach (var (id, record) in store.Load().ToList())
        {
            if (record is null)
            {
                store.Delete(id);
            }
            else if (record.Process is { } process && record.FinishedAt is null)
            {
                logger.Adopted(record.PodNamespace, record.PodName, record.Name, process.Id);
                Track(record, supervisor: null, ContainerConsole.Reopen(record, store.FolderOf(id)));
            }
            else
            {
                records[id] = record.FinishedAt is null
                    ? record with
                    {
                        FinishedAt = time.GetUtcNow(),
                        ExitCode = 128,
                        Reason = "StartError",
                        Message = "the kubelet ended during the start"
                    }
                    : record;
            }
        }

        logLoop = PumpLogsAsync(stopping.Token);
    }

    /// <summary>All known containers of a pod, oldest first.</summary>
    public IReadOnlyList<ContainerRecord> List(string podUid) =>
        [.. records.Values.Where(r => r.PodUid == podUid).OrderBy(r => r.CreatedAt)];

    /// <summary>All known containers.</summary>
    public IReadOnlyList<ContainerRecord> List() => [.. records.Values];

    /// <summary>Starts a container and returns when its program was started. A set-up that fails gives a record that
    /// has ended with reason <c>StartError</c>.</summary>
    public async Task<ContainerRecord> StartAsync(
        ContainerSpec spec, string logPath, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("n");
        var folder = store.Create(id);
        var record = NewRecord(spec, id, folder, logPath);
        Directory.CreateDirectory(Path.Combine(folder, "root"));
        if (record.TerminationMessageFile is { } message)
        {
            await File.WriteAllTextAsync(message, "", cancellationToken);
            File.SetUnixFileMode(message, (UnixFileMode)0x1B6);
        }

        await File.WriteAllTextAsync(
            Path.Combine(folder, "init.sh"), LaunchScript.Init(spec, folder, devices), cancellationToken);
        var console = ContainerConsole.Open(spec, folder);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "supervisor.sh"),
            LaunchScript.Supervisor(spec, folder, console?.TerminalPath),
            cancellationToken);
        store.Save(record);
        records[id] = record;

        // From here on the container may run: a cancelled caller must not leave it unrecorded.
        var supervisor = Launch(spec, folder);
        var process = await WaitForSetupAsync(supervisor, cancellationToken);
        record = process is null
            ? record with
            {
                FinishedAt = time.GetUtcNow(),
                ExitCode = 128,
                Reason = "StartError",
                Message = ReadSetupError(folder),
            }
            : record with
            {
                StartedAt = time.GetUtcNow(),
                Process = process,
                Supervisor = ProcessTable.Find(
                supervisor.Id)
            };
        store.Save(record);
        records[id] = record;
        if (process is not null)
        {
            Track(record, supervisor, console);
        }
        else if (console is not null)
        {
            await console.DisposeAsync();
        }

        return record;
    }

    /// <summary>Asks the program to end, and kills the whole PID namespace when the time is over.</summary>
    public async Task StopAsync(string id, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (!running.TryGetValue(id, out var container) || container.Record.Process is not { } process)
        {
            return;
        }

        if (grace > TimeSpan.Zero)
        {
            ProcessTable.Send(process, Signal.Terminate);
            try
            {
                await container.Ended.WaitAsync(grace, time, cancellationToken);
                return;
            }
            catch (TimeoutException)
            {
                logger.Killed(
                    container.Record.PodNamespace, container.Record.PodName, container.Record.Name, grace.TotalSeconds);
            }
        }

        ProcessTable.Send(process, Signal.Kill);
        await container.Ended.WaitAsync(cancellationToken);
    }

    /// <summary>Forgets a container that has ended; its log stays.</summary>
    public void Remove(string id)
    {
        if (!running.ContainsKey(id) && records.TryRemove(id, out _))
        {
            store.Delete(id);
        }
    }

    /// <summary>What users may type into a running container; null when they may not.</summary>
    public ContainerConsole? ConsoleOf(string id) => running.GetValueOrDefault(id)?.Console;

    /// <summary>Begins to read what a container prints from now on; null when it does not run any more.</summary>
    /// <param name="id">The container.</param>
    /// <param name="stream"><c>stdout</c> or <c>stderr</c>.</param>
    public OutputTail? OpenTail(string id, string stream)
    {
        if (!running.TryGetValue(id, out var container))
        {
            return null;
        }

        lock (container.Log)
        {
            var tail = new OutputTail(Path.Combine(store.FolderOf(id), stream));
            container.Log.Add(stream, tail);
            return tail;
        }
    }

    /// <summary>Copies what a container printed so far to its log.</summary>
    public void FlushLog(string id)
    {
        if (running.TryGetValue(id, out var container))
        {
            lock (container.Log)
            {
                container.Log.Pump(last: false);
            }
        }
    }

    /// <summary>Ends watching; the containers go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll([logLoop, .. running.Values.Select(r => r.Ended)])
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var container in running.Values)
        {
            if (container.Console is { } console)
            {
                await console.DisposeAsync();
            }

            container.Dispose();
        }

        stopping.Dispose();
    }

    private ContainerRecord NewRecord(ContainerSpec spec, string id, string folder, string logPath) => new()
    {
        Id = id,
        PodUid = spec.PodUid,
        PodNamespace = spec.PodNamespace,
        PodName = spec.PodName,
        Name = spec.Name,
        Image = spec.Image,
        Attempt = spec.Attempt,
        SpecHash = spec.SpecHash,
        LogPath = logPath,
        NetworkNamespacePath = spec.NetworkNamespacePath,
        CreatedAt = time.GetUtcNow(),
        TerminationMessageFile = spec.TerminationMessagePath is null ? null : Path.Combine(folder, "termination-log"),
        RunAs = Capabilities.RunAs(spec.Security, Programs.SetPrivileges),
        WorkingDirectory = spec.WorkingDirectory,
        HasInput = spec.HasInput,
        EndsInput = spec.EndsInput,
        HasTerminal = spec.HasTerminal,
        SharesProcesses = spec.SharesProcessesOf is not null || spec.SharesHostProcesses,
    };

    private static Process Launch(ContainerSpec spec, string folder)
    {
        var command = LaunchScript.Command(spec, folder);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true };
        start.Environment.Clear();
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        return ProcessRunner.Start(start);
    }

    private static async Task<ProcessIdentity?> WaitForSetupAsync(
        Process supervisor, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(SetupMax);
        using var output = supervisor.StandardOutput;
        string? line = null;
        try
        {
            line = await output.ReadLineAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            ProcessTable.KillTree(supervisor.Id);
            cancellationToken.ThrowIfCancellationRequested();
        }

        var words = line?.Split(' ') ?? [];
        return words.Length == 2 && int.TryParse(words[0], out var id) && long.TryParse(words[1], out var ticks)
            ? new ProcessIdentity(id, ticks)
            : null;
    }

    private static string ReadSetupError(string folder)
    {
        var path = Path.Combine(folder, "setup.log");
        var text = File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        return text.Length > 0 ? text
            : $"the container's file system could not be set up; see {Path.Combine(folder, "stderr")}";
    }

    private void Track(ContainerRecord record, Process? supervisor, ContainerConsole? console)
    {
        var container = new RunningContainer(
            record, supervisor, new ContainerLogPump(store.FolderOf(record.Id), record.LogPath, time), console);
        records[record.Id] = record;
        running[record.Id] = container;
        container.Ended = WatchAsync(container, stopping.Token);
    }

    private async Task WatchAsync(RunningContainer container, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await container.WaitForProcessesAsync(time, cancellationToken);
        // With a PID namespace of its own, all other processes of the container have ended with the first.
        container.Mounts?.KillAll(spared: 0);
        // No exit code on disk: the supervisor was killed, and the container with or after it.
        var code = store.ReadExitCode(container.Record.Id) ?? 137;
        var record = container.Record with
        {
            FinishedAt = time.GetUtcNow(),
            ExitCode = code,
            Reason = code == 0 ? "Completed" : "Error",
            Message = ReadTerminationMessage(container.Record),
        };
        if (container.Console is { } console)
        {
            await console.DisposeAsync();
        }

        lock (container.Log)
        {
            container.Log.Pump(last: true);
        }

        container.Record = record;
        store.Save(record);
        records[record.Id] = record;
        running.TryRemove(record.Id, out _);
        container.Dispose();
        logger.Ended(record.PodNamespace, record.PodName, record.Name, code);
        OnEnded(record.PodUid);
    }

    private static string? ReadTerminationMessage(ContainerRecord record)
    {
        const int LengthMax = 4096;
        if (record.TerminationMessageFile is not { } path || !File.Exists(path))
        {
            return null;
        }

        var text = File.ReadAllText(path);
        return text.Length == 0 ? null : text[..Math.Min(text.Length, LengthMax)];
    }

    private async Task PumpLogsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LogPeriod, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var (id, container) in running)
            {
                try
                {
                    FlushLog(id);
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException)
                {
                    if (running.ContainsKey(id))
                    {
                        logger.LogFailed(
                            e, container.Record.PodNamespace, container.Record.PodName, container.Record.Name);
                    }
                }
            }
        }
    }

    private async Task PrepareDevicesAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(devices))
        {
            return;
        }

        var next = devices + ".new";
        var script = $"""
            set -e
            rm -rf {LaunchScript.Quote(next)}
            mkdir -p {LaunchScript.Quote(next)}/pts {LaunchScript.Quote(next)}/shm
            cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty {LaunchScript.Quote(next)}/
            cd {LaunchScript.Quote(next)}
            ln -s pts/ptmx ptmx
            ln -s /proc/self/fd fd
            ln -s /proc/self/fd/0 stdin
            ln -s /proc/self/fd/1 stdout
            ln -s /proc/self/fd/2 stderr
            mv {LaunchScript.Quote(next)} {LaunchScript.Quote(devices)}
            """;
        await new ProcessRunner().RequireAsync(new ProcessCommand(Programs.Shell, "-c", script), cancellationToken);
    }
}
