using System.Net;
using System.Net.Sockets;

namespace Hortus.Host;

/// <summary>Named network namespaces, as <c>ip netns</c> shows them.</summary>
public interface INetworkNamespaces
{
    /// <summary>Names of all namespaces.</summary>
    IReadOnlyList<string> List();

    /// <summary>File that stands for the namespace.</summary>
    string PathOf(string name);

    /// <summary>Makes a namespace; one that exists is a success.</summary>
    Task CreateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes a namespace with its links; one that does not exist is a success.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Network namespaces by the <c>ip</c> program.</summary>
public sealed class NetworkNamespaces(IProcessRunner processes) : INetworkNamespaces
{
    private const string Folder = "/run/netns";

    public IReadOnlyList<string> List() => Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f))]
        : [];

    public string PathOf(string name) => Path.Combine(Folder, name);

    public async Task CreateAsync(string name, CancellationToken cancellationToken)
    {
        if (IsUsable(name))
        {
            return;
        }

        // A file without a namespace mounted on it is what a crash between the two steps of "ip netns add" leaves.
        await DeleteAsync(name, cancellationToken);
        await processes.RequireAsync(new ProcessCommand("ip", "netns", "add", name), cancellationToken);
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        if (File.Exists(PathOf(name)))
        {
            await processes.RequireAsync(new ProcessCommand("ip", "netns", "delete", name), cancellationToken);
        }
    }

    /// <summary>Opens a socket that lives in a namespace; where the caller runs does not change.</summary>
    /// <param name="path">File that stands for the namespace; null means the caller's own.</param>
    /// <exception cref="HostException">The namespace does not exist, or the caller may not enter it.</exception>
    public static Socket OpenSocket(string? path, AddressFamily family, SocketType type, ProtocolType protocol)
    {
        if (path is null)
        {
            return new Socket(family, type, protocol);
        }

        var own = Native.Open("/proc/thread-self/ns/net", Native.OpenReadOnlyCloseOnExec);
        var other = Native.Open(path, Native.OpenReadOnlyCloseOnExec);
        try
        {
            if (other < 0 || Native.SetNamespace(other, Native.CloneNewNet) != 0)
            {
                throw new HostException($"cannot enter the network namespace {path}: {Native.LastError()}");
            }

            try
            {
                return new Socket(family, type, protocol);
            }
            finally
            {
                if (Native.SetNamespace(own, Native.CloneNewNet) != 0)
                {
                    // Going on would run unrelated work in the wrong network.
                    Environment.FailFast("cannot return to the own network namespace");
                }
            }
        }
        finally
        {
            _ = Native.Close(own);
            _ = Native.Close(other);
        }
    }

    /// <summary>Connects a TCP socket inside a namespace.</summary>
    /// <param name="path">File that stands for the namespace; null means the caller's own.</param>
    public static async Task<Socket> ConnectAsync(
        string? path, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = OpenSocket(path, endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(endpoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsUsable(string name)
    {
        var path = PathOf(name);
        return File.Exists(path) && File.ReadLines("/proc/self/mountinfo").Any(l => l.Split(' ')[4] == path);
    }
}
