using System.Diagnostics;
using System.Globalization;
using Hortus.Components;
using Hortus.Host;
using Hortus.Local.Node;
using Hortus.Local.Registry;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Bootstrap;

/// <summary>Writes what the nodes of a local garden read, and starts the process that keeps them.</summary>
public sealed class NodeStart(LocalGardenOptions options, StateDirectory state, ImageVector images, TimeProvider time)
{
    private const string KubernetesVersion = "1.35.4";
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>Starts the process; one that runs already stays, unless it does not know all clusters.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var registry = new RegistryFiles(state);
        var clusters = state.Of(options.Seeds);
        foreach (var cluster in clusters)
        {
            new ClusterPki(cluster, time).Ensure(options.Port);
        }

        registry.Ensure(new ClusterPki(state.Runtime, time));
        registry.WriteLogin(options.Port);
        var map = ImageMapFile.Render(
            images,
            LocalPrograms.Find(LocalRegistry.Program, options.Executable)!,
            LocalPrograms.Find(LocalPrograms.Etcd, options.Executable));
        await File.WriteAllTextAsync(state.ImageMap, map, cancellationToken);
        foreach (var cluster in clusters)
        {
            await WriteAsync(cluster, StaticPods.Render(cluster, images, KubernetesVersion), cancellationToken);
        }

        await WriteAsync(
            state.Runtime,
            new Dictionary<string, Pod> { [RegistryPod.ManifestName] = RegistryPod.Render(state, registry.Checksum()) },
            cancellationToken);
        await File.WriteAllTextAsync(state.PortFile, options.Port.ToString(CultureInfo.InvariantCulture), cancellationToken);
        await StartAsync(cancellationToken);
    }

    private static async Task WriteAsync(
        ClusterDirectory cluster, IReadOnlyDictionary<string, Pod> pods, CancellationToken cancellationToken)
    {
        foreach (var (name, pod) in pods)
        {
            await File.WriteAllBytesAsync(Path.Combine(cluster.StaticPods, name), KubernetesJson.Serialize(pod), cancellationToken);
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        var node = new ProcessFile(state.NodePid);
        if (node.FindRunning() is not null)
        {
            if (state.NodeSeeds == options.Seeds)
            {
                return;
            }

            // Pods go on while it is away.
            await node.StopAsync(Grace, time, cancellationToken);
        }

        // A session of its own: the node outlives this command and its terminal.
        var start = new ProcessStartInfo("/bin/sh",
        [
            "-c", "log=$1; shift; exec setsid --fork \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", state.NodeLog,
            options.Executable, "local-node", "--state-dir=" + state.Root, $"--port={options.Port}",
            $"--dns-port={options.DnsPort}", $"--seeds={options.Seeds}",
        ]);
        using var shell = ProcessRunner.Start(start);
        await shell.WaitForExitAsync(cancellationToken);
    }
}
