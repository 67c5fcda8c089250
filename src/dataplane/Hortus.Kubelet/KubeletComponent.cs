using System.Net;
using Hortus.Host;
using Hortus.Kubelet.Certificates;
using Hortus.Kubelet.Containers;
using Hortus.Dns;
using Hortus.Kubelet.Dns;
using Hortus.Kubelet.Images;
using Hortus.Kubelet.Network;
using Hortus.Kubelet.Nodes;
using Hortus.Kubelet.Pods;
using Hortus.Kubelet.Server;
using Hortus.Kubelet.Services;
using Hortus.Kubelet.Volumes;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet;

/// <summary>
/// Runs the pods of one node as host processes: own mount, PID and network namespaces over a read-only view of the
/// host's root file system. Must run as root.
/// </summary>
/// <remarks>When the token is cancelled the kubelet leaves its pods running; the next run with the same root directory
/// adopts them. <see cref="KubeletCleanup"/> ends them.</remarks>
public sealed class KubeletComponent(ILoggerFactory loggers, TimeProvider time)
{
    private const int DnsPort = 53;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly ILogger logger = loggers.CreateLogger<KubeletComponent>();

    /// <summary>Runs until the token is cancelled.</summary>
    /// <exception cref="KubeletException">The options are wrong or the machine lacks something; the message has one
    /// line per fault.</exception>
    public async Task RunAsync(KubeletOptions options, CancellationToken cancellationToken)
    {
        Check(options);
        Directory.CreateDirectory(options.RootDirectory, OwnerOnly);
        logger.Started(options.NodeName, options.RootDirectory, time.GetUtcNow());
        await using var runtime = new ContainerRuntime(options.RootDirectory, loggers, time);
        await runtime.StartAsync(cancellationToken);
        var parts = Compose(options, runtime);
        await using var server = new KubeletServer(
            options, parts.Workers, runtime, parts.Trust, parts.Certificate, loggers);
        parts.Reporter.Port = await server.StartAsync(cancellationToken);
        try
        {
            await RunPartsAsync(options, parts, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The usual end: the pods go on.
        }
        finally
        {
            await parts.Workers.StopAsync();
        }
    }

    private static void Check(KubeletOptions options)
    {
        var faults = options.Validate().ToList();
        if (!Environment.IsPrivilegedProcess)
        {
            faults.Add("the kubelet makes namespaces and mounts: run it as root");
        }

        if (Programs.Missing() is { Count: > 0 } missing)
        {
            faults.Add(
                $"programs missing on this machine: {string.Join(", ", missing)}; install util-linux, iproute2 and nftables");
        }

        if (faults.Count > 0)
        {
            throw new KubeletException(string.Join(Environment.NewLine, faults));
        }
    }

    private NodeParts Compose(KubeletOptions options, ContainerRuntime runtime)
    {
        var nodeIP = options.NodeIP ?? NodeFacts.FindAddress().ToString();
        var objects = new PodObjects();
        var images = new LocalImageMap(options.ImageMap, options.HortusCommand);
        var network = new PodNetwork(options.RootDirectory, options.Mtu, objects)
        {
            Range = options.PodCidr is { } range ? IPNetwork.Parse(range) : null,
        };
        var services = new PodServices
        {
            Options = options,
            Runtime = runtime,
            Network = network,
            Volumes = new PodVolumes(
                objects, new ServiceAccountTokens(objects, time), new MountTable(new ProcessRunner())),
            Specs = new ContainerSpecs(images, new EnvironmentBuilder(objects), options, VisibleFolders.Of(options)),
            Reporter = new PodStatusReporter(objects, logger),
            NodeIP = nodeIP,
            Time = time,
            Logger = logger,
        };
        var reporter = new NodeReporter(options, nodeIP, time, logger);
        if (network.Range is not null)
        {
            reporter.SetReady(null);
        }

        return new NodeParts
        {
            Services = services,
            Workers = new PodWorkers(services),
            Objects = objects,
            Rules = new NodeRules(options, nodeIP, network, logger),
            Reporter = reporter,
            Certificate = new ServingCertificate(options, nodeIP, new CertificateRequests(options, time, logger), time),
            Trust = new ClientTrust(options, objects, time),
        };
    }

    private async Task RunPartsAsync(KubeletOptions options, NodeParts parts, CancellationToken cancellationToken)
    {
        await parts.Rules.ApplyAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = new List<Task>();
        if (options.PodManifestPath is not null)
        {
            var pods = new StaticPods(parts.Workers, parts.Objects, options, time, logger);
            pods.Scan();
            work.Add(pods.RunAsync(stop.Token));
        }

        if (options.ClusterDns is { } dns)
        {
            work.Add(await StartNamesAsync(options, parts, IPAddress.Parse(dns), stop.Token));
        }

        if (options.Kubeconfig is not null)
        {
            work.Add(new NodeSession(parts, loggers, time).RunAsync(stop.Token));
        }

        try
        {
            // None of them ends by itself: the first that does has failed.
            await await Task.WhenAny(work);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Task> StartNamesAsync(
        KubeletOptions options, NodeParts parts, IPAddress address, CancellationToken cancellationToken)
    {
        new NetworkJournal(options.RootDirectory).Add(NetworkJournal.Kind.Addresses, address.ToString(), "lo");
        await new Links(new ProcessRunner()).AddLocalAddressAsync("lo", address, cancellationToken);
        var names = new ClusterNames(
            options.ClusterDomain,
            key => parts.Names?.Services.Find(key),
            @namespace => parts.Names?.Slices.List(@namespace) ?? [],
            () => parts.Names?.Services.List() ?? []);
        IReadOnlyList<IPEndPoint> upstream =
            [.. options.DnsUpstream.Select(IPEndPoint.Parse).Select(s => s.Port == 0 ? new IPEndPoint(s.Address, DnsPort) : s),
                .. EtcFiles.HostNameservers().Where(s => s != options.ClusterDns && IPAddress.TryParse(s, out _))
                .Select(s => new IPEndPoint(IPAddress.Parse(s), DnsPort))];
        var server = new DnsServer(names, upstream.Count > 0 ? new DnsForwarder(upstream, logger, time) : null, logger);
        return server.RunAsync(DnsSockets.Bind(new IPEndPoint(address, DnsPort)), cancellationToken);
    }
}
