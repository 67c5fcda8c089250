using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests;

/// <summary>kubectl exec and cp, over WebSocket and over SPDY.</summary>
[Trait("Category", "RealParts")]
[Collection(NodeCollection.Name)]
public sealed class ExecTests(NodeServer server)
{
    private const string Pod = "idle";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Transports => StreamingKubectl.Transports;

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Exec_gives_both_outputs_and_the_exit_code(string transport)
    {
        var kubectl = await IdleAsync(transport);

        var result = await kubectl.RunAsync("exec", Pod, "--", "sh", "-c", "echo out; echo err >&2; exit 7");

        result.ExitCode.ShouldBe(7, result.ToString());
        result.Text.ShouldBe("out\n");
        result.Error.ShouldContain("err\n");
        result.Error.ShouldContain("command terminated with exit code 7");
        (await kubectl.RunAsync("exec", Pod, "--", "true")).Succeeds().Output.ShouldBeEmpty();
        var missing = await kubectl.RunAsync("exec", Pod, "--", "/no/such/program");
        missing.ExitCode.ShouldBe(127, missing.ToString());
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Ten_megabytes_of_input_arrive_whole_and_come_back(string transport)
    {
        var kubectl = await IdleAsync(transport);
        var input = RandomNumberGenerator.GetBytes(10 << 20);

        (await kubectl.RunAsync(input, "exec", "-i", Pod, "--", "cat")).Succeeds().Output.AsSpan()
            .SequenceEqual(input).ShouldBeTrue("cat gave something else");
        var sum = await kubectl.RunAsync(input, "exec", "-i", Pod, "--", "sha256sum");
        sum.Succeeds().Text.ShouldStartWith(Convert.ToHexStringLower(SHA256.HashData(input)));
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Command_that_does_not_read_its_input_ends_all_the_same(string transport)
    {
        var kubectl = await IdleAsync(transport);

        var result = await kubectl.RunAsync(
            new byte[10 << 20], "exec", "-i", Pod, "--", "sh", "-c", "head -c 5 | wc -c; exit 3");

        result.ExitCode.ShouldBe(3, result.ToString());
        result.Text.Trim().ShouldBe("5");
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Terminal_is_one_and_knows_its_size(string transport)
    {
        var kubectl = await IdleAsync(transport);

        var result = await kubectl.RunOnTerminalAsync(
            Encoding.ASCII.GetBytes("test -t 0 && test -t 1 && echo is-\"\"terminal; " + StreamingKubectl.AwaitSize + "; exit 9\r"),
            "exec", "-it", Pod, "--", "sh");

        result.ExitCode.ShouldBe(9, result.ToString());
        result.Text.ShouldContain("is-terminal");
        result.Text.ShouldContain($"\n{StreamingKubectl.TerminalRows} {StreamingKubectl.TerminalColumns}\r");
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Cp_brings_fifty_megabytes_there_and_back(string transport)
    {
        var kubectl = await IdleAsync(transport);
        var folder = Directory.CreateTempSubdirectory("hortus-cp-");
        try
        {
            var there = Path.Combine(folder.FullName, "there");
            var back = Path.Combine(folder.FullName, "back");
            var content = RandomNumberGenerator.GetBytes(50 << 20);
            await File.WriteAllBytesAsync(there, content);

            (await kubectl.RunAsync("cp", there, $"{Pod}:/tmp/{transport}")).Succeeds();
            (await kubectl.RunAsync("cp", $"{Pod}:/tmp/{transport}", back)).Succeeds();

            (await File.ReadAllBytesAsync(back)).AsSpan().SequenceEqual(content).ShouldBeTrue("the copy differs");
            (await kubectl.RunAsync("exec", Pod, "--", "rm", $"/tmp/{transport}")).Succeeds();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Client_that_is_killed_leaves_no_process_behind(string transport)
    {
        var kubectl = await IdleAsync(transport);
        var mark = $"{RandomNumberGenerator.GetInt32(1_000_000, 2_000_000)}";
        using var run = kubectl.Start("exec", "-i", Pod, "--", "sh", "-c", $"sleep {mark} & sleep {mark}");
        await UntilAsync(() => Processes(mark) >= 2);

        run.Kill();

        await UntilAsync(() => Processes(mark) == 0);
    }

    [SkippableFact]
    public async Task Client_that_is_killed_while_nobody_reads_its_input_leaves_no_process_behind()
    {
        var runs = new List<Process>();
        var marks = new List<string>();
        foreach (var transport in new[] { StreamingKubectl.WebSocket, StreamingKubectl.Spdy })
        {
            var kubectl = await IdleAsync(transport);
            marks.Add($"{RandomNumberGenerator.GetInt32(1_000_000, 2_000_000)}");
            runs.Add(kubectl.Start("exec", "-i", Pod, "--", "sleep", marks[^1]));
        }

        // More than fits into all buffers on the way, so that nobody sees the end of it.
        var feeding = Task.WhenAll(runs.Select(async run =>
        {
            await run.StandardInput.BaseStream.WriteAsync(new byte[64 << 20]).AsTask()
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }));
        await UntilAsync(() => marks.TrueForAll(m => Processes(m) >= 1));
        using (var soon = new PeriodicTimer(TimeSpan.FromSeconds(1)))
        {
            await soon.WaitForNextTickAsync();
        }

        runs.ForEach(r => r.Kill());

        await UntilAsync(() => marks.TrueForAll(m => Processes(m) == 0));
        await feeding;
        runs.ForEach(r => r.Dispose());
    }

    [SkippableTheory]
    [MemberData(nameof(Transports))]
    public async Task Many_run_side_by_side(string transport)
    {
        var kubectl = await IdleAsync(transport);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => kubectl.RunAsync(
            Encoding.ASCII.GetBytes($"{i}"), "exec", "-i", Pod, "--", "sh", "-c", "n=$(cat); echo $n; exit $n")));

        results.Select(r => r.ExitCode).ShouldBe(Enumerable.Range(0, 20));
        results.Select(r => r.Text.Trim()).ShouldBe(Enumerable.Range(0, 20).Select(i => $"{i}"));
    }

    [SkippableFact]
    public async Task Reader_that_stops_reading_costs_no_memory()
    {
        var kubectl = await IdleAsync(StreamingKubectl.WebSocket);
        using var run = kubectl.Start("exec", Pod, "--", "sh", "-c", "head -c 2000000000 /dev/zero");
        try
        {
            var buffer = new byte[1 << 20];
            await run.StandardOutput.BaseStream.ReadExactlyAsync(buffer);
            var before = Memory(server.KubeletProcess);

            // Nobody reads: if output were kept, hundreds of megabytes would come within this time.
            using var watch = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            for (var i = 0; i < 20; i++)
            {
                await watch.WaitForNextTickAsync();
                (Memory(server.KubeletProcess) - before).ShouldBeLessThan(100 << 20);
            }
        }
        finally
        {
            run.Kill();
        }
    }

    private static long Memory(int process)
    {
        using var seen = Process.GetProcessById(process);
        return seen.WorkingSet64;
    }

    private static int Processes(string mark) => Directory.EnumerateDirectories("/proc")
        .Select(d => Path.Combine(d, "cmdline"))
        .Count(f => Read(f) is var line && line.StartsWith("sleep", StringComparison.Ordinal)
            && line.Contains(mark, StringComparison.Ordinal));

    internal static string Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline.Token);
        }
    }

    /// <summary>kubectl for the namespace in which a pod waits for commands.</summary>
    private async Task<StreamingKubectl> IdleAsync(string transport)
    {
        NodeServer.RequireRoot();
        return new StreamingKubectl(server, await server.IdlePodAsync(), transport);
    }
}
