using System.Net;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Hosting;
using Hortus.Storage;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer;

/// <summary><c>hortus apiserver</c>: serves the Kubernetes API until cancelled.</summary>
/// <param name="plugins">Parts added to the built-in ones (the gardener API group).</param>
/// <param name="time">Clock.</param>
/// <param name="loggerFactory">Loggers.</param>
public sealed partial class ApiServerComponent(
    IReadOnlyList<ApiServerPlugin> plugins, TimeProvider time, ILoggerFactory loggerFactory)
{
    private static readonly DateTimeOffset Earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ILogger<ApiServerComponent> logger = loggerFactory.CreateLogger<ApiServerComponent>();

    /// <summary>Whether Kubernetes' own kinds are served too; false for a server behind another one.</summary>
    public bool StandsAlone { get; init; } = true;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="IOException">The port is taken, the store is locked, a file cannot be read; the message says
    /// what to do.</exception>
    public async Task RunAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(options.BindAddress, out var address))
        {
            throw new IOException($"--bind-address \"{options.BindAddress}\" is no IP address");
        }

        CheckStart(options);
        var opening = Task.Run(() => ServingCertificate.Open(options, time), cancellationToken);
        await using var store = await OpenStoreAsync(options, cancellationToken);
        var certificate = await opening;
        var services = ApiServerHost.CreateServices(options, store, time, loggerFactory) with { ServesBuiltInKinds = StandsAlone };
        var endpoint = new IPEndPoint(address, options.SecurePort);
        await using var host = await ApiServerHost.StartAsync(
            store,
            StandsAlone ? [new BuiltinPlugin(), .. plugins] : plugins,
            new ListenOptions(endpoint, certificate.Get),
            services,
            cancellationToken);
        LogServing(logger, host.Address);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(() => stopped.TrySetResult()))
        {
            await stopped.Task;
        }

        LogStopping(logger);
    }

    // Tokens and certificates of a server with such a clock are good for nobody else.
    private void CheckStart(ApiServerOptions options)
    {
        if (options.SecurePort is < 0 or > ushort.MaxValue)
        {
            throw new IOException($"--secure-port {options.SecurePort} is no port; want 1 to 65535, or 0 for a free one");
        }

        if (time.GetUtcNow() is var now && now < Earliest)
        {
            throw new IOException($"the clock of this machine says {now:yyyy-MM-dd}, which cannot be; set it, then start again");
        }
    }

    private async Task<IStore> OpenStoreAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        if (options.EtcdServers.Count > 0)
        {
            return await OpenEtcdAsync(options, cancellationToken);
        }

        return options.DataDir is null
            ? EmbeddedStore.InMemory(time)
            : await EmbeddedStore.OpenAsync(
                new EmbeddedStoreOptions { Directory = options.DataDir },
                time,
                loggerFactory.CreateLogger<EmbeddedStore>(),
                cancellationToken);
    }

    private async Task<IStore> OpenEtcdAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        if (options.DataDir is not null)
        {
            throw new IOException("--etcd-servers and --data-dir name two stores; give one of them");
        }

        var etcd = new EtcdStoreOptions
        {
            Endpoints = [.. options.EtcdServers.Select(s => new Uri(s, UriKind.RelativeOrAbsolute))],
            CaFile = options.EtcdCafile,
            CertFile = options.EtcdCertfile,
            KeyFile = options.EtcdKeyfile,
            Prefix = options.EtcdPrefix + "/",
            CompactionInterval = options.EtcdCompactionInterval,
            ProbeTimeout = options.EtcdHealthcheckTimeout,
        };
        if (etcd.Problems() is { Count: > 0 } problems)
        {
            throw new IOException($"the flags --etcd-...: {string.Join("; ", problems)}");
        }

        var store = await EtcdStore.OpenAsync(etcd, time, loggerFactory.CreateLogger<EtcdStore>(), cancellationToken);
        try
        {
            await RequireJsonAsync(store.Local, etcd.Prefix, cancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    // Upstream writes protobuf, or encrypts, unless told otherwise, and begins such values with "k8s".
    private static async Task RequireJsonAsync(IStore store, string prefix, CancellationToken cancellationToken)
    {
        var all = await store.RangeAsync(RangeRequest.Prefix(prefix), cancellationToken);
        if (all.Values.FirstOrDefault(v => v.Value.Span.StartsWith("k8s"u8)) is { } foreign)
        {
            throw new IOException(
                $"etcd's key {foreign.Key} is not JSON: another kind of API server writes below {prefix}; "
                + "choose another --etcd-prefix");
        }
    }

    [LoggerMessage(LogLevel.Information, "serving the Kubernetes API at {Address}")]
    private static partial void LogServing(ILogger logger, Uri address);

    [LoggerMessage(LogLevel.Information, "stopping: watches are ended, requests under way are finished")]
    private static partial void LogStopping(ILogger logger);
}
