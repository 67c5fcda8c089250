using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hortus.Local.Bootstrap;
using Hortus.Local.FrontDoor;
using Hortus.Local.Registry;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Local.Node;

/// <summary>
/// The background process of a local garden (<c>hortus local-node</c>): owns the network namespaces, keeps the kubelet of each cluster
/// running and serves the front door and the garden's DNS zones. Pods outlive it; the next start takes them over.
/// </summary>
public sealed class LocalNode(LocalGardenOptions options, TimeProvider time, ILoggerFactory loggers)
{
    private const string HelmProgram = "helm";
    private const int Backlog = 128;

    private readonly StateDirectory state = new(options.StateDirectory);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="connect">Makes the manager whose caches feed the front door, from a kubeconfig file.</param>
    /// <param name="cancellationToken">Ends the kubelet and the front door; pods stay.</param>
    /// <exception cref="LocalGardenException">The port is in use.</exception>
    public async Task RunAsync(Func<string, IControllerManager> connect, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connect);
        using var listener = Listen(options.Port);
        var clusters = state.Of(options.Seeds);
        var network = await EnsureNetworksAsync(clusters, cancellationToken);
        await File.WriteAllTextAsync(
            state.NodeSeedsFile, options.Seeds.ToString(CultureInfo.InvariantCulture), cancellationToken);
        new ProcessFile(state.NodePid).Write(Environment.ProcessId);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var managers = clusters.Select(cluster => connect(cluster.Kubeconfig)).ToArray();
        var routes = new ServiceRoutes(
            [.. clusters.Zip(managers, (cluster, manager) => (cluster.Cluster, manager.CacheOf<Service>()))]);
        var door = new SniForwarder(listener, routes.Find, network.ConnectAsync, time, loggers.CreateLogger<SniForwarder>());
        var names = new ZoneServers(options, network, managers, time, loggers);
        Task[] parts =
        [
            .. clusters.Select(cluster => Kubelet(cluster).RunAsync(stop.Token)),
            door.RunAsync(stop.Token),
            names.RunAsync(stop.Token),
            .. managers.Select(manager => manager.RunAsync(stop.Token)),
        ];
        try
        {
            // None of them ends by itself unless something is wrong; then all end and the cause is reported.
            await await Task.WhenAny(parts);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            new ProcessFile(state.NodePid).Delete();
        }
    }

    /// <summary>Binds the front door's port.</summary>
    /// <exception cref="LocalGardenException">The port is in use.</exception>
    public static Socket Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            listener.Listen(Backlog);
            return listener;
        }
        catch (SocketException failure)
        {
            listener.Dispose();
            throw new LocalGardenException(
                $"port 127.0.0.1:{port} cannot be used: {failure.Message}; choose another one with --port", failure);
        }
    }

    // The first node is the way from each to the others.
    private static async Task<NodeNetwork> EnsureNetworksAsync(
        IReadOnlyList<ClusterDirectory> clusters, CancellationToken cancellationToken)
    {
        var networks = clusters.Select(cluster => new NodeNetwork(cluster)).ToArray();
        foreach (var network in networks)
        {
            await network.EnsureAsync(cancellationToken);
        }

        foreach (var seed in networks.Skip(1))
        {
            await networks[0].LinkAsync(seed, cancellationToken);
        }

        return networks[0];
    }

    // The tools that setup unpacks lie with the sources, which may be in a folder of which pods have one of their own.
    private IEnumerable<string> ProgramFolders() => new[] { LocalRegistry.Program, HelmProgram, LocalPrograms.Etcd }
        .Select(program => Path.GetDirectoryName(LocalPrograms.Find(program, options.Executable)))
        .OfType<string>()
        .Distinct();

    private SupervisedProcess Kubelet(ClusterDirectory folder)
    {
        var cluster = folder.Cluster;
        var command = new NodeNetwork(folder).Enter(
        [
            options.Executable,
            "kubelet",
            "--hostname-override=" + cluster.NodeName,
            "--root-dir=" + folder.Kubelet,
            "--kubeconfig=" + folder.KubeletKubeconfig,
            "--pod-manifest-path=" + folder.StaticPods,
            "--image-map=" + state.ImageMap,
            "--masked-path=" + state.Root,
            "--pod-cidr=" + cluster.Pods,
            "--node-ip=" + cluster.NodeAddress,
            "--address=" + cluster.NodeAddress,
            "--client-ca-file=" + Path.Combine(folder.Pki, ClusterPki.CaCertificate),
            "--rotate-server-certificates",
            "--service-proxy",
            "--cluster-dns=" + cluster.Dns,
            "--dns-upstream=" + LocalNetwork.ZoneServer,
            "--visible-folder=" + state.DevelopmentImages,
            .. ProgramFolders().Select(visible => "--visible-folder=" + visible),
        ]);
        return new SupervisedProcess(
            folder.KubeletName,
            command,
            folder.KubeletLog,
            new ProcessFile(folder.KubeletPid),
            time,
            loggers.CreateLogger<SupervisedProcess>());
    }
}
