using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Hortus.Telemetry;

/// <summary>What Prometheus' client libraries tell of a process: <c>process_*</c>, read when scraped.</summary>
public static class ProcessMetrics
{
    private const double ClockTicks = 100;
    private const long PageSize = 4096;

    /// <summary>Adds the instruments to a registry.</summary>
    public static void AddTo(MetricRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var meter = registry.Create(new MeterOptions("process"));
        meter.CreateObservableCounter(
            "process_cpu_seconds_total", ProcessorSeconds, description: "Total user and system CPU time spent in seconds.");
        meter.CreateObservableGauge(
            "process_resident_memory_bytes", () => Statm(1) * PageSize, description: "Resident memory size in bytes.");
        meter.CreateObservableGauge(
            "process_virtual_memory_bytes", () => Statm(0) * PageSize, description: "Virtual memory size in bytes.");
        meter.CreateObservableGauge(
            "process_start_time_seconds", StartTime, description: "Start time of the process since unix epoch in seconds.");
        meter.CreateObservableGauge(
            "process_open_fds",
            static () => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(),
            description: "Number of open file descriptors.");
    }

    private static double ProcessorSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static double StartTime()
    {
        // The start is told in ticks since the machine started; field 22, counted after the name in brackets.
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var boot = File.ReadLines("/proc/stat").First(l => l.StartsWith("btime ", StringComparison.Ordinal))[6..];
        return double.Parse(boot, CultureInfo.InvariantCulture)
            + (double.Parse(fields[19], CultureInfo.InvariantCulture) / ClockTicks);
    }

    private static long Statm(int field) =>
        long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[field], CultureInfo.InvariantCulture);
}
