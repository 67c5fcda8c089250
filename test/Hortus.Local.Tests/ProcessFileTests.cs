using System.Diagnostics;
using System.Globalization;
using Hortus.Host;
using Hortus.Local.Node;

namespace Hortus.Local.Tests;

public sealed class ProcessFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
    private readonly List<Process> started = [];
    private readonly ProcessFile file;

    public ProcessFileTests() => file = new ProcessFile(folder["pid"]);

    public void Dispose()
    {
        foreach (var process in started)
        {
            process.Kill();
            process.Dispose();
        }

        deadline.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_running_process_is_found_again()
    {
        var process = Start("exec sleep 1000");

        file.Write(process.Id);

        file.FindRunning()!.Value.Id.ShouldBe(process.Id);
    }

    [Fact]
    public void Another_process_with_the_same_number_is_not_mistaken_for_it()
    {
        var process = Start("exec sleep 1000");
        var start = ProcessTable.Find(process.Id)!.Value.StartTicks;
        File.WriteAllText(folder["pid"], string.Create(CultureInfo.InvariantCulture, $"{process.Id} {start - 1}"));

        file.FindRunning().ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("12")]
    [InlineData("-1 5")]
    [InlineData("1 2 3")]
    [InlineData("99999999999999999999 1")]
    public void A_broken_file_names_no_process(string content)
    {
        File.WriteAllText(folder["pid"], content);

        file.FindRunning().ShouldBeNull();
    }

    [Fact]
    public void A_process_that_has_ended_is_not_written()
    {
        var process = Start("exit 0");
        process.WaitForExit();

        file.Write(process.Id);

        File.Exists(folder["pid"]).ShouldBeFalse();
    }

    [Fact]
    public async Task Stopping_ends_the_process_and_forgets_it()
    {
        var process = Start("exec sleep 1000");
        file.Write(process.Id);

        await file.StopAsync(TimeSpan.FromSeconds(20), TimeProvider.System, deadline.Token);

        await process.WaitForExitAsync(deadline.Token);
        File.Exists(folder["pid"]).ShouldBeFalse();
    }

    [Fact]
    public async Task A_process_that_does_not_listen_is_killed_after_the_grace_time()
    {
        var process = Start("trap '' TERM; echo ready; read -r line");
        (await process.StandardOutput.ReadLineAsync(deadline.Token)).ShouldBe("ready");
        file.Write(process.Id);

        await file.StopAsync(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);

        await process.WaitForExitAsync(deadline.Token);
        process.ExitCode.ShouldBe(128 + 9);
    }

    [Fact]
    public async Task Stopping_what_does_not_run_is_a_success_and_cleans_up()
    {
        await File.WriteAllTextAsync(folder["pid"], "garbage", deadline.Token);

        await file.StopAsync(TimeSpan.Zero, TimeProvider.System, deadline.Token);

        File.Exists(folder["pid"]).ShouldBeFalse();
    }

    private Process Start(string script)
    {
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        started.Add(process);
        return process;
    }
}
