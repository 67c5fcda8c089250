using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Hortus.Testing;
using Hortus.Testing.Reference;

namespace Hortus.Reference.Tests;

/// <summary>kube-apiserver with its etcd, and <c>hortus apiserver</c>, side by side on loopback. Both take the same tokens.</summary>
public sealed partial class ReferenceServers : IAsyncLifetime
{
    private const string ServiceAccountPlugin = "--disable-admission-plugins=ServiceAccount";

    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(2);
    private RealCluster? real;
    private ServerProcess? server;

    /// <summary>The real one.</summary>
    public Side Reference { get; private set; } = null!;

    /// <summary>The one under test.</summary>
    public Side Ours { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        using var deadline = new CancellationTokenSource(StartMax);
        real = await RealCluster.StartAsync(
            ["tina-token,tina,42,\"gardeners\""],
            [ServiceAccountPlugin, "--feature-gates=IPv6DualStack=true", "--runtime-config=api/all=true"],
            deadline.Token);
        Reference = new Side(real.Address.Port, isOld: true);
        string[] arguments =
        [
            "apiserver", .. real.CommonFlags, ServiceAccountPlugin, $"--cert-dir={real.In("our-certs")}", "--secure-port=0",
        ];
        server = await ServerProcess.StartAsync(
            new ProcessStartInfo(Locate(), arguments) { WorkingDirectory = real.In("") },
            Serving().IsMatch,
            null,
            deadline.Token);
        Ours = new Side(int.Parse(Serving().Match(server.ServingLine).Groups[1].ValueSpan, CultureInfo.InvariantCulture), isOld: false);
        await Ours.WaitReadyAsync(deadline.Token);
        await Reference.DefineAsync(deadline.Token);
        await Ours.DefineAsync(deadline.Token);
    }

    public async Task DisposeAsync()
    {
        Reference?.Dispose();
        Ours?.Dispose();
        if (server is not null)
        {
            await server.KillAsync();
        }

        if (real is not null)
        {
            await real.DisposeAsync();
        }
    }

    private static string Locate()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var program = Path.Combine(at.FullName, "src", "app", "Hortus", "bin", configuration, "net10.0", "hortus");
            if (File.Exists(program))
            {
                return program;
            }
        }

        throw new InvalidOperationException($"the program hortus is not built in configuration {configuration}");
    }

    [GeneratedRegex(@"serving the Kubernetes API at https://[^\s]+:(\d+)")]
    private static partial Regex Serving();
}
