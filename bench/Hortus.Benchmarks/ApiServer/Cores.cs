using System.Diagnostics;
using System.Globalization;

namespace Hortus.Benchmarks.ApiServer;

/// <summary>
/// Keeps servers and their clients on different cores, so that the clients' own time does not bound what is measured of a server
/// (<c>taskset</c> of util-linux). Without that both share all cores.
/// </summary>
/// <param name="AreApart">Whether servers and clients have cores of their own.</param>
internal sealed record Cores(bool AreApart)
{
    private const string Mark = "HORTUS_BENCH_ON_CLIENT_CORES";

    private static string ClientCores => string.Create(CultureInfo.InvariantCulture, $"1-{Environment.ProcessorCount - 1}");

    /// <summary>Whether this process must start itself anew to leave the servers' core to them.</summary>
    public bool MustMove => AreApart && Environment.GetEnvironmentVariable(Mark) is null;

    /// <summary>The program and arguments that run a server where it belongs.</summary>
    public (string Program, string[] Arguments) ForServer(string program, string[] arguments) =>
        AreApart ? ("taskset", ["--cpu-list", "0", program, .. arguments]) : (program, arguments);

    /// <summary>Runs this program with the same arguments on the clients' cores.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="InvalidOperationException">There is one core only.</exception>
    public static async Task<int> RunMovedAsync(CancellationToken cancellationToken)
    {
        if (Environment.ProcessorCount < 2)
        {
            throw new InvalidOperationException("servers and clients cannot be kept apart on one core; use --shared-cores");
        }

        var start = new ProcessStartInfo(
            "taskset", ["--cpu-list", ClientCores, Environment.ProcessPath!, .. Environment.GetCommandLineArgs().Skip(1)]);
        start.Environment[Mark] = "1";
        using var moved = Process.Start(start)!;
        await moved.WaitForExitAsync(cancellationToken);
        return moved.ExitCode;
    }
}
