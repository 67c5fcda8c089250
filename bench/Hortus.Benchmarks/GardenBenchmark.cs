using System.Diagnostics;
using System.Globalization;
using Hortus.Testing;

namespace Hortus.Benchmarks;

/// <summary>How long a newcomer waits, and what the wait costs in memory: <c>hortus up</c>, a Shoot, its memory.</summary>
internal static class GardenBenchmark
{
    /// <summary>Runs once and prints seconds and MiB (PSS, summed over processes).</summary>
    /// <param name="options">More options of <c>hortus up</c>.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> options)
    {
        await using var garden = new LocalGarden();
        var began = Stopwatch.GetTimestamp();
        (await garden.UpAsync(options)).Succeeded();
        Print("hortus up to Garden and Seed ready", Stopwatch.GetElapsedTime(began));
        var idle = Memory(garden.State);
        Print("memory of garden and seed", idle);

        began = Stopwatch.GetTimestamp();
        (await garden.KubectlAsync("apply", "-f", BuiltTools.Example("90-shoot.yaml"))).Succeeded();
        (await garden.WaitForShootAsync("local")).Succeeded();
        Print("Shoot created to Succeeded with one Ready node", Stopwatch.GetElapsedTime(began));
        var both = Memory(garden.State);
        Print("memory with one Shoot", both);
        Console.WriteLine($"| a Shoot adds | {both.Values.Sum() - idle.Values.Sum():0} MiB |");
        return 0;
    }

    private static SortedDictionary<string, double> Memory(string state)
    {
        var byComponent = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var process in HostTraces.Processes(state))
        {
            var name = process.Component.Length == 0 ? "shells" : process.Component;
            byComponent[name] = byComponent.GetValueOrDefault(name) + HostTraces.ProportionalMemory(process.Id);
        }

        return byComponent;
    }

    private static void Print(string what, TimeSpan time) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {time.TotalSeconds:0.0} s |"));

    private static void Print(string what, SortedDictionary<string, double> memory)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {memory.Values.Sum():0} MiB |"));
        foreach (var (name, size) in memory)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"|   {name} | {size:0} MiB |"));
        }
    }
}
