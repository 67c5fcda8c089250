using System.Diagnostics;
using System.Globalization;

namespace Hortus.Storage.Tests;

public sealed class StoreKillTests
{
    [Fact]
    [Trait("Category", "Integration")]
    public async Task A_killed_process_loses_no_write_that_it_was_told_of()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var folder = new TemporaryFolder();
        for (var round = 0; round < 3; round++)
        {
            var answered = await RunAndKill(folder.Path, 1500, deadline.Token);
            await using var store = await folder.OpenAsync();
            foreach (var (key, revision) in answered)
            {
                var found = (await store.GetAsync(key, deadline.Token)).ShouldNotBeNull();
                found.ModRevision.ShouldBeGreaterThanOrEqualTo(revision);
                System.Text.Encoding.UTF8.GetString(found.Value.Span).ShouldStartWith($"{key} ");
            }
        }
    }

    private static async Task<Dictionary<string, long>> RunAndKill(
        string folder, int writes, CancellationToken cancellationToken)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "Hortus.Storage.TestHost.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet", ["exec", host, folder])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start).ShouldNotBeNull();
        var answered = new Dictionary<string, long>();
        try
        {
            for (var i = 0; i < writes; i++)
            {
                var line = (await process.StandardOutput.ReadLineAsync(cancellationToken)).ShouldNotBeNull();
                var parts = line.Split(' ');
                answered[parts[0]] = long.Parse(parts[1], CultureInfo.InvariantCulture);
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return answered;
    }
}
