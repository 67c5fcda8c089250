using System.Diagnostics;
using Hortus.Host;

namespace Hortus.Kubelet.Containers;

/// <summary>A container whose end this process awaits.</summary>
internal sealed class RunningContainer(
    ContainerRecord record, Process? supervisor, ContainerLogPump log, ContainerConsole? console) : IDisposable
{
    private static readonly TimeSpan AdoptedPollPeriod = TimeSpan.FromMilliseconds(250);

    public ContainerRecord Record { get; set; } = record;

    public ContainerLogPump Log { get; } = log;

    /// <summary>What users type into; null when the container takes no input and has no terminal.</summary>
    public ContainerConsole? Console { get; } = console;

    /// <summary>Finds the processes of a container that shares the PID namespace of others; null when its own namespace
    /// ends them.</summary>
    public MountNamespaceHold? Mounts { get; } = record is { SharesProcesses: true, Process: { } first }
        ? MountNamespaceHold.Of(first.Id)
        : null;

    /// <summary>Completes when the container has ended and its end is recorded.</summary>
    public Task Ended { get; set; } = Task.CompletedTask;

    /// <summary>Waits until no process of the container is left.</summary>
    public async Task WaitForProcessesAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (supervisor is not null)
        {
            await supervisor.WaitForExitAsync(cancellationToken);
        }

        // Containers of an earlier kubelet are not children of this one, and a supervisor may be killed before its
        // container.
        while ((Record.Supervisor is { } shell && ProcessTable.IsAlive(shell)) ||
            (Record.Process is { } process && ProcessTable.IsAlive(process)))
        {
            await Task.Delay(AdoptedPollPeriod, time, cancellationToken);
        }
    }

    public void Dispose()
    {
        supervisor?.Dispose();
        Mounts?.Dispose();
        Log.Dispose();
    }
}
