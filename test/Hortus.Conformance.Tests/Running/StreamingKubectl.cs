using System.Diagnostics;
using System.Text;

namespace Hortus.Conformance.Tests.Running;

/// <summary>What kubectl streamed.</summary>
public sealed record StreamingResult(string Command, int ExitCode, byte[] Output, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public StreamingResult Succeeds()
    {
        ExitCode.ShouldBe(0, ToString());
        return this;
    }

    public override string ToString() =>
        $"kubectl {Command}: exit code {ExitCode}\n{Text[..Math.Min(Text.Length, 4096)]}\n{Error}";
}

/// <summary>kubectl in one namespace, by a transport of choice: WebSocket, which is its default, or SPDY.</summary>
public sealed class StreamingKubectl(NodeServer server, string inNamespace, string transport)
{
    public const string WebSocket = nameof(WebSocket);
    public const string Spdy = "SPDY";
    public const int TerminalRows = 33;
    public const int TerminalColumns = 99;

    /// <summary>What to type to have the size printed when it has come.</summary>
    public static string AwaitSize =>
        $"until stty size | grep '^{TerminalRows} {TerminalColumns}'; do sleep 0.1; done";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Both transports.</summary>
    public static TheoryData<string> Transports => new(WebSocket, Spdy);

    public string Namespace => inNamespace;

    /// <summary>Runs to the end.</summary>
    /// <param name="input">Standard input; null leaves it empty.</param>
    /// <param name="arguments">Words of the command line.</param>
    public async Task<StreamingResult> RunAsync(byte[]? input, params IReadOnlyList<string> arguments)
    {
        using var process = Start(arguments);
        using var deadline = new CancellationTokenSource(Deadline);
        var command = string.Join(' ', arguments);
        try
        {
            using var output = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(input ?? [], deadline.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // Ended without reading its input; what it says is in the result.
            }

            await process.WaitForExitAsync(deadline.Token);
            await reading;
            return new StreamingResult(command, process.ExitCode, output.ToArray(), await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {command} by {transport} did not end within {Deadline.TotalSeconds} s");
        }
    }

    /// <summary>Runs without input.</summary>
    public Task<StreamingResult> RunAsync(params IReadOnlyList<string> arguments) => RunAsync(null, arguments);

    /// <summary>Runs on a terminal, as a person would.</summary>
    public async Task<StreamingResult> RunOnTerminalAsync(byte[] input, params IReadOnlyList<string> arguments)
    {
        var kubectl = StartInfo(arguments);
        var words = kubectl.ArgumentList.Prepend(kubectl.FileName).Select(w => $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'");
        using var process = Start(
            kubectl, "script", "-qec", $"stty rows {TerminalRows} cols {TerminalColumns}; exec {string.Join(' ', words)}", "/dev/null");
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            using var output = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
            await process.StandardInput.BaseStream.WriteAsync(input, deadline.Token);
            await process.StandardInput.BaseStream.FlushAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            await reading;
            return new StreamingResult(string.Join(' ', arguments), process.ExitCode, output.ToArray(), "");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"kubectl {string.Join(' ', arguments)} by {transport} on a terminal did not end");
        }
    }

    /// <summary>Starts a run that goes on; the caller ends it.</summary>
    public Process Start(params IReadOnlyList<string> arguments)
    {
        var start = StartInfo(arguments);
        return Process.Start(start)!;
    }

    private static Process Start(ProcessStartInfo kubectl, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in kubectl.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["TERM"] = "xterm";
        return Process.Start(start)!;
    }

    private ProcessStartInfo StartInfo(IReadOnlyList<string> arguments)
    {
        var start = server.Admin.StartInfo(["-n", inNamespace, .. arguments]);
        if (transport == Spdy)
        {
            start.Environment["KUBECTL_REMOTE_COMMAND_WEBSOCKETS"] = "false";
            start.Environment["KUBECTL_PORT_FORWARD_WEBSOCKETS"] = "false";
        }

        return start;
    }
}
