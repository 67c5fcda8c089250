using System.Net;
using Hortus.Host;
using Hortus.Kubelet.Network;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Containers;

/// <summary>Undoes what the records of a root directory say was done to the machine.</summary>
internal sealed class ContainerRemains(string rootDirectory, ILoggerFactory loggers)
{
    private static readonly TimeSpan KillWaitMax = TimeSpan.FromSeconds(10);
    private readonly ILogger logger = loggers.CreateLogger<ContainerRemains>();
    private readonly ProcessRunner processes = new();

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await KillContainersAsync(cancellationToken);
        await RemoveNetworkAsync(cancellationToken);
        var mounts = new MountTable(processes).UnmountBelow(rootDirectory);
        logger.RemainsRemoved(rootDirectory, mounts);
    }

    private async Task KillContainersAsync(CancellationToken cancellationToken)
    {
        var store = new ContainerStore(rootDirectory);
        var alive = new List<ProcessIdentity>();
        foreach (var (id, record) in store.Load().ToList())
        {
            if (record is { SharesProcesses: true, Process: { } first } && ProcessTable.IsAlive(first))
            {
                alive.Add(first);
                using var mounts = MountNamespaceHold.Of(first.Id);
                mounts?.KillAll(spared: 0);
            }

            foreach (var process in new[] { record?.Process, record?.Supervisor })
            {
                if (process is { } known && ProcessTable.Send(known, Signal.Kill))
                {
                    alive.Add(known);
                }
            }

            store.Delete(id);
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(KillWaitMax);
        while (alive.Exists(ProcessTable.IsAlive))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
        }
    }

    private async Task RemoveNetworkAsync(CancellationToken cancellationToken)
    {
        var journal = new NetworkJournal(rootDirectory);
        var links = new Links(processes);
        var namespaces = new NetworkNamespaces(processes);
        var tables = new Nftables(processes);
        foreach (var name in journal.List(NetworkJournal.Kind.Namespaces).Keys)
        {
            await namespaces.DeleteAsync(name, cancellationToken);
            journal.Remove(NetworkJournal.Kind.Namespaces, name);
        }

        foreach (var name in journal.List(NetworkJournal.Kind.Links).Keys)
        {
            await links.DeleteAsync(name, cancellationToken);
            journal.Remove(NetworkJournal.Kind.Links, name);
        }

        foreach (var name in journal.List(NetworkJournal.Kind.Tables).Keys)
        {
            await tables.DeleteTableAsync(name, cancellationToken);
            journal.Remove(NetworkJournal.Kind.Tables, name);
        }

        foreach (var (address, source) in journal.List(NetworkJournal.Kind.Routes))
        {
            await links.ChangeLocalRoutesAsync(
                [], [IPAddress.Parse(address)], IPAddress.Parse(source), cancellationToken);
            journal.Remove(NetworkJournal.Kind.Routes, address);
        }

        foreach (var (address, link) in journal.List(NetworkJournal.Kind.Addresses))
        {
            await links.DeleteLocalAddressAsync(link, IPAddress.Parse(address), cancellationToken);
            journal.Remove(NetworkJournal.Kind.Addresses, address);
        }
    }
}
