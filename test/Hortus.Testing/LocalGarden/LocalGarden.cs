using System.Net;
using System.Net.Sockets;

namespace Hortus.Testing;

/// <summary>A local garden of its own, in a folder and on a port that nobody else uses, driven through the programs a user has.</summary>
public sealed class LocalGarden : IAsyncDisposable
{
    private static readonly TimeSpan UpLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DownLimit = TimeSpan.FromMinutes(2);

    private readonly string scratch = Directory.CreateTempSubdirectory("hortus-e2e-").FullName;

    /// <summary>Folder for what a test has beside the garden; it goes with it.</summary>
    public string Scratch => scratch;

    /// <summary>State directory.</summary>
    public string State => Path.Combine(scratch, "state");

    /// <summary>Port of the front door.</summary>
    public int Port { get; } = FreePort();

    public IReadOnlyList<string> NetworkNamespacesBefore { get; } = HostTraces.NetworkNamespaces();

    public IReadOnlyList<string> LinksBefore { get; } = HostTraces.Links();

    public string Kubeconfig => Path.Combine(State, "kubeconfigs", "garden.yaml");

    public string RuntimeKubeconfig => Path.Combine(State, "kubeconfigs", "runtime.yaml");

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        Directory.Delete(scratch, recursive: true);
    }

    /// <summary>Starts it, or resumes it.</summary>
    /// <param name="options">More options of <c>hortus up</c>.</param>
    public Task<CommandResult> UpAsync(params IReadOnlyList<string> options) => Commands.RunAsync(
        BuiltTools.Hortus, UpLimit, ["up", "--state-dir", State, "--port", $"{Port}", "--timeout", "4m", .. options]);

    public Task<CommandResult> DownAsync() => Commands.RunAsync(BuiltTools.Hortus, DownLimit, "down", "--state-dir", State);

    public Task<CommandResult> HortusAsync(params IReadOnlyList<string> arguments) =>
        Commands.RunAsync(BuiltTools.Hortus, TimeSpan.FromMinutes(1), [.. arguments, "--state-dir", State]);

    public Task<CommandResult> KubectlAsync(TimeSpan limit, params IReadOnlyList<string> arguments) =>
        Commands.RunAsync(BuiltTools.Kubectl, limit, ["--kubeconfig", Kubeconfig, .. arguments]);

    public Task<CommandResult> KubectlAsync(params IReadOnlyList<string> arguments) =>
        KubectlAsync(TimeSpan.FromMinutes(1), arguments);

    public Task<CommandResult> RuntimeKubectlAsync(params IReadOnlyList<string> arguments) =>
        Commands.RunAsync(BuiltTools.Kubectl, TimeSpan.FromMinutes(3), ["--kubeconfig", RuntimeKubeconfig, .. arguments]);

    /// <summary>A kubeconfig of a shoot, as a file.</summary>
    public async Task<string> ShootKubeconfigAsync(string name, string space = "garden-local")
    {
        var path = Path.Combine(scratch, name + ".kubeconfig");
        await File.WriteAllTextAsync(path, (await HortusAsync("kubeconfig", "shoot", name, "-n", space)).Succeeded());
        return path;
    }

    /// <summary>Waits until a shoot's last operation has succeeded.</summary>
    public Task<CommandResult> WaitForShootAsync(string name) => KubectlAsync(
        TimeSpan.FromMinutes(6),
        "-n", "garden-local", "wait", $"shoot/{name}", "--for=jsonpath={.status.lastOperation.state}=Succeeded", "--timeout=5m");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
