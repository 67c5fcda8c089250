using Hortus.Client;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>What a running component gets from its host. Everything here lives as long as the component.</summary>
public sealed class ComponentContext : IDisposable
{
    private readonly ComponentHostOptions options;
    private readonly List<KubernetesClient> clients = [];
    private readonly Lock gate = new();
    private IKubernetesClient? client;

    internal ComponentContext(ComponentHostOptions options, ILoggerFactory logs, Random random)
    {
        this.options = options;
        Logs = logs;
        Random = random;
        Servers = new ServerLog(logs, options.Clock);
        client = options.Client;
        Identity = $"{Environment.MachineName}_{Guid.NewGuid()}";
    }

    /// <summary>Name of the component.</summary>
    public string Name => options.Name;

    /// <summary>Unique name of this instance: host (pod) name and a random part.</summary>
    public string Identity { get; }

    public TimeProvider Clock => options.Clock;

    public ILoggerFactory Logs { get; }

    /// <summary>For jitter and names, never for secrets. Safe for many threads.</summary>
    public Random Random { get; }

    /// <summary>Makes meters whose instruments appear under <c>/metrics</c>.</summary>
    public MetricRegistry Metrics { get; } = new();

    /// <summary>Says once of each server that it is away. Clients made here tell it; so should others that live as long.</summary>
    public ServerLog Servers { get; }

    /// <summary>Checks behind <c>/healthz</c>, <c>/livez</c> and <c>/readyz</c>.</summary>
    public HealthChecks Health { get; } = new();

    /// <summary>The client of the component's main API server; connected at the first use.</summary>
    /// <exception cref="KubeConfigException">No usable API server is configured.</exception>
    public IKubernetesClient Client
    {
        get
        {
            lock (gate)
            {
                return client ??= Open(ClientConnection.Find(options.Kubeconfig));
            }
        }
    }

    /// <summary>Connects to another API server; the context closes the client at the end.</summary>
    public KubernetesClient Connect(ClientConnection connection)
    {
        lock (gate)
        {
            return Open(connection);
        }
    }

    /// <summary>Connects to the API server of a kubeconfig file; the context closes the client at the end.</summary>
    /// <exception cref="KubeConfigException">The file is unusable.</exception>
    public KubernetesClient Connect(string kubeconfig) => Connect(ClientConnection.Find(kubeconfig));

    /// <summary>A manager for caches and controllers on a client (null: <see cref="Client"/>). The caller runs
    /// it.</summary>
    public ControllerManager CreateManager(IKubernetesClient? on = null) =>
        new(on ?? Client, new ControllerManagerOptions
        {
            Name = Name,
            Instance = Identity,
            Clock = Clock,
            Logs = Logs,
            Metrics = Metrics,
            Random = Random,
            Servers = Servers,
        });

    /// <summary>Closes the clients that this context opened.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            clients.ForEach(c => c.Dispose());
            clients.Clear();
        }

        Metrics.Dispose();
    }

    private KubernetesClient Open(ClientConnection connection)
    {
        var opened = new KubernetesClient(connection, new ClientOptions { UserAgent = Name, Clock = Clock, Observer = Servers });
        clients.Add(opened);
        return opened;
    }
}
