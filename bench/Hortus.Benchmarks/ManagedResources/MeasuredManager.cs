using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hortus.Benchmarks.ApiServer;
using Hortus.Testing;

namespace Hortus.Benchmarks.ManagedResources;

/// <summary>The built <c>hortus resource-manager</c> as a process under measurement.</summary>
internal sealed class MeasuredManager : IAsyncDisposable
{
    private readonly Process process;
    private readonly HttpClient metrics;

    private MeasuredManager(Process process, int port)
    {
        this.process = process;
        metrics = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    /// <summary>PSS in MiB.</summary>
    public double Memory => HostTraces.ProportionalMemory(process.Id);

    /// <summary>Processor time so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    public static MeasuredManager Start(string kubeconfig, params string[] flags)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        string[] arguments =
        [
            "resource-manager", "--source-kubeconfig", kubeconfig, "--leader-elect", "false", $"--health-port={port}", .. flags,
        ];
        var process = Process.Start(new ProcessStartInfo(BuiltTools.Hortus, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new MeasuredManager(process, port);
    }

    /// <summary>Looks at ManagedResources so far.</summary>
    public async Task<double> ReconcilesAsync(CancellationToken cancellationToken) =>
        Sum(await metrics.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken),
            "controller_runtime_reconcile_total{", "controller=\"managedresource\"");

    /// <summary>Requests for objects that a server has answered so far.</summary>
    public static async Task<double> RequestsAsync(MeasuredServer server, CancellationToken cancellationToken)
    {
        using var http = BenchClient.NewHttp(server.Address, MeasuredServer.AdminToken);
        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken);
        return Sum(text, "apiserver_request_total{", ",resource=\"")
            - Sum(text, "apiserver_request_total{", ",resource=\"\"");
    }

    public async ValueTask DisposeAsync()
    {
        metrics.Dispose();
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private static double Sum(string text, string metric, string label) => text.Split('\n')
        .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
