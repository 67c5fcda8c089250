using Hortus.Host;
using Hortus.Local.Node;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Local.Tests;

[Trait("Category", "Integration")]
public sealed class SupervisedProcessTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
    private readonly ProcessFile file;

    public SupervisedProcessTests() => file = new ProcessFile(folder["pid"]);

    public void Dispose()
    {
        deadline.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_program_that_ends_is_started_again()
    {
        await MakePipeAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var run = Supervise("echo one of many >\"$1\"").RunAsync(stop.Token);

        // Each start of the program writes one line and ends; opening the pipe waits for the writer.
        (await ReadPipeAsync()).ShouldBe("one of many\n");
        (await ReadPipeAsync()).ShouldBe("one of many\n");

        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Stopping_ends_the_program_and_forgets_it()
    {
        await MakePipeAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var run = Supervise("echo $$ >\"$1\"; exec sleep 1000").RunAsync(stop.Token);
        var id = int.Parse(await ReadPipeAsync(), System.Globalization.CultureInfo.InvariantCulture);

        await stop.CancelAsync();
        await run.WaitAsync(deadline.Token);

        ProcessTable.Find(id).ShouldBeNull();
        file.FindRunning().ShouldBeNull();
    }

    [Fact]
    public async Task What_the_program_writes_is_in_its_log()
    {
        await MakePipeAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var run = Supervise("echo hello; echo trouble >&2; echo done >\"$1\"; exec sleep 1000").RunAsync(stop.Token);
        await ReadPipeAsync();
        await stop.CancelAsync();
        await run;

        (await File.ReadAllLinesAsync(folder["log"], deadline.Token)).ShouldBe(["hello", "trouble"]);
    }

    private SupervisedProcess Supervise(string script) => new(
        "program", ["/bin/sh", "-c", script, "sh", folder["pipe"]], folder["log"], file, TimeProvider.System, NullLogger.Instance);

    private Task<string> MakePipeAsync() =>
        new ProcessRunner().RequireAsync(new ProcessCommand("mkfifo", folder["pipe"]), deadline.Token);

    private Task<string> ReadPipeAsync() => Task.Run(() => File.ReadAllText(folder["pipe"]), deadline.Token).WaitAsync(deadline.Token);
}
