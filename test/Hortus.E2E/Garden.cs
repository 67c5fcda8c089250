using System.Net;
using System.Net.Sockets;

namespace Hortus.E2E;

/// <summary>A local garden of its own for the tests, in a folder and on a port that nobody else uses.</summary>
public sealed class Garden : IAsyncLifetime
{
    private static readonly TimeSpan UpLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DownLimit = TimeSpan.FromMinutes(2);

    private readonly string scratch = Directory.CreateTempSubdirectory("hortus-e2e-").FullName;

    /// <summary>State directory.</summary>
    public string State => Path.Combine(scratch, "state");

    /// <summary>Port of the front door.</summary>
    public int Port { get; } = FreePort();

    internal IReadOnlyList<string> NetworkNamespacesBefore { get; private set; } = [];

    internal IReadOnlyList<string> LinksBefore { get; private set; } = [];

    internal string Kubeconfig => Path.Combine(State, "kubeconfigs", "garden.yaml");

    internal string RuntimeKubeconfig => Path.Combine(State, "kubeconfigs", "runtime.yaml");

    public async Task InitializeAsync()
    {
        NetworkNamespacesBefore = HostTraces.NetworkNamespaces();
        LinksBefore = HostTraces.Links();
        (await UpAsync()).Succeeded();
    }

    public async Task DisposeAsync()
    {
        await DownAsync();
        Directory.Delete(scratch, recursive: true);
    }

    internal Task<CommandResult> UpAsync() => Commands.RunAsync(
        Tools.Hortus, UpLimit, "up", "--state-dir", State, "--port", $"{Port}", "--timeout", "4m");

    internal Task<CommandResult> DownAsync() => Commands.RunAsync(Tools.Hortus, DownLimit, "down", "--state-dir", State);

    internal Task<CommandResult> HortusAsync(params IReadOnlyList<string> arguments) =>
        Commands.RunAsync(Tools.Hortus, TimeSpan.FromMinutes(1), [.. arguments, "--state-dir", State]);

    internal Task<CommandResult> KubectlAsync(TimeSpan limit, params IReadOnlyList<string> arguments) =>
        Commands.RunAsync(Tools.Kubectl, limit, ["--kubeconfig", Kubeconfig, .. arguments]);

    internal Task<CommandResult> KubectlAsync(params IReadOnlyList<string> arguments) =>
        KubectlAsync(TimeSpan.FromMinutes(1), arguments);

    internal Task<CommandResult> RuntimeKubectlAsync(params IReadOnlyList<string> arguments) =>
        Commands.RunAsync(Tools.Kubectl, TimeSpan.FromMinutes(3), ["--kubeconfig", RuntimeKubeconfig, .. arguments]);

    /// <summary>A kubeconfig of a shoot, as a file.</summary>
    internal async Task<string> ShootKubeconfigAsync(string name)
    {
        var path = Path.Combine(scratch, name + ".kubeconfig");
        await File.WriteAllTextAsync(path, (await HortusAsync("kubeconfig", "shoot", name, "-n", "garden-local")).Succeeded());
        return path;
    }

    /// <summary>Waits until a shoot's last operation has succeeded.</summary>
    internal Task<CommandResult> WaitForShootAsync(string name) => KubectlAsync(
        TimeSpan.FromMinutes(6),
        "-n", "garden-local", "wait", $"shoot/{name}", "--for=jsonpath={.status.lastOperation.state}=Succeeded", "--timeout=5m");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
