using Hortus.Client;
using Hortus.Runtime;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Testing;

/// <summary>Controller managers for servers of a test.</summary>
public static class TestManagers
{
    /// <summary>A manager on the client; its metrics go nowhere.</summary>
    public static ControllerManager NewManager(IKubernetesClient client, TimeProvider clock, ILoggerFactory? logs = null) =>
        new(client, new ControllerManagerOptions
        {
            Name = "test",
            Instance = "test",
            Clock = clock,
            Logs = logs ?? NullLoggerFactory.Instance,
            Metrics = new MetricRegistry(),
            Random = new Random(1),
        });
}
