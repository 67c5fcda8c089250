using Hortus.Client;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Runtime.Tests;

internal static class RuntimeFixture
{
    public static CancellationToken Deadline => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    public static ControllerManagerOptions Options(TimeProvider? clock = null, MetricRegistry? metrics = null) => new()
    {
        Name = "hortus-test",
        Instance = "pod-1",
        Clock = clock ?? TimeProvider.System,
        Logs = NullLoggerFactory.Instance,
        Metrics = metrics ?? new MetricRegistry(),
        Random = new Random(1),
    };

    /// <summary>Runs a manager while the test's body runs.</summary>
    public static async Task RunAsync(ControllerManager manager, Func<Task> body)
    {
        using var stop = new CancellationTokenSource();
        var running = manager.RunAsync(stop.Token);
        try
        {
            await body();
        }
        finally
        {
            await stop.CancelAsync();
            await running.WaitAsync(Deadline);
        }
    }

    /// <summary>Waits for a condition that nothing announces.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = Deadline;
        while (!condition())
        {
            await Task.Delay(5, deadline);
        }
    }
}
