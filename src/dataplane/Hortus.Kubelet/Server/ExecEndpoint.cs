using System.Diagnostics;
using System.Text.Json;
using Hortus.Host;
using Hortus.Kubelet.Containers;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.Kubelet.Server;

/// <summary>Runs a command in a container for a remote user.</summary>
internal static class ExecEndpoint
{
    public static async Task RunAsync(HttpContext context, ContainerRecord record, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        string[] command = [.. query["command"].OfType<string>()];
        if (command.Length == 0)
        {
            await Answers.RefuseAsync(
                context, StatusCodes.Status400BadRequest, StatusReason.BadRequest,
                    "query parameter \"command\" is missing");
            return;
        }

        using var socket = await ChannelSocket.AcceptAsync(context);
        if (socket is null)
        {
            return;
        }

        try
        {
            await (Flag(context, "tty")
                ? RunOnTerminalAsync(socket, record, command, cancellationToken)
                : RunOnPipesAsync(socket, record, command, cancellationToken));
        }
        catch (Exception e) when (e is KubeletException or HostException)
        {
            var status = new Status
            {
                Outcome = "Failure",
                Code = 500,
                Reason = StatusReason.InternalError,
                Message = e.Message
            };
            await socket.FinishAsync(status, Task.CompletedTask, cancellationToken);
        }
    }

    /// <summary>Whether a flag is set under the API's name or the kubelet's own.</summary>
    public static bool Flag(HttpContext context, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (context.Request.Query[name].ToString() is "1" or "true")
            {
                return true;
            }
        }

        return false;
    }

    private static async Task RunOnPipesAsync(
        ChannelSocket socket, ContainerRecord record, string[] command, CancellationToken cancellationToken)
    {
        using var process = ProcessRunner.Start(ContainerExec.Prepare(record, command, terminal: null));
        var output = socket.CopyAsync(process.StandardOutput.BaseStream, ChannelSocket.Output, cancellationToken);
        var error = socket.CopyAsync(process.StandardError.BaseStream, ChannelSocket.Error, cancellationToken);
        var input = ReceiveAsync(socket, process.StandardInput.BaseStream, null, cancellationToken);
        await WaitAsync(process, input, Task.WhenAll(output, error), cancellationToken);
        await socket.FinishAsync(ChannelSocket.Ended(process.ExitCode), input, cancellationToken);
    }

    private static async Task RunOnTerminalAsync(
        ChannelSocket socket, ContainerRecord record, string[] command, CancellationToken cancellationToken)
    {
        using var terminal = PseudoTerminal.Open();
        using var process = ProcessRunner.Start(ContainerExec.Prepare(record, command, terminal.Path));
        // Reading a terminal blocks its thread until the program's end is closed.
        var output = Task.Run(
            () => socket.CopyAsync(terminal.Stream, ChannelSocket.Output, cancellationToken), cancellationToken);
        var input = ReceiveAsync(socket, terminal.Stream, terminal, cancellationToken);
        await WaitAsync(process, input, output, cancellationToken);
        await socket.FinishAsync(ChannelSocket.Ended(process.ExitCode), input, cancellationToken);
    }

    /// <summary>Waits for the command's end; a client that goes away ends the command.</summary>
    private static async Task WaitAsync(Process process, Task input, Task outputs, CancellationToken cancellationToken)
    {
        var exit = process.WaitForExitAsync(CancellationToken.None);
        if (await Task.WhenAny(exit, input) == input || cancellationToken.IsCancellationRequested)
        {
            ProcessTable.KillTree(process.Id);
        }

        await exit;
        await outputs.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task ReceiveAsync(
        ChannelSocket socket, Stream input, PseudoTerminal? terminal, CancellationToken cancellationToken)
    {
        while (await socket.ReceiveAsync(cancellationToken) is { } message)
        {
            try
            {
                switch (message)
                {
                    case { Channel: ChannelSocket.Input, IsClose: true } when terminal is null:
                        input.Close();
                        break;
                    case { Channel: ChannelSocket.Input, IsClose: false }:
                        await input.WriteAsync(message.Data, cancellationToken);
                        await input.FlushAsync(cancellationToken);
                        break;
                    case { Channel: ChannelSocket.Resize } when terminal is not null:
                        Resize(terminal, message.Data);
                        break;
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The command reads no more input; it may still print.
            }
        }
    }

    private static void Resize(PseudoTerminal terminal, byte[] data)
    {
        try
        {
            using var size = JsonDocument.Parse(data);
            terminal.Resize(
                size.RootElement.GetProperty("Width").GetUInt16(), size.RootElement.GetProperty("Height").GetUInt16());
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            // A size that cannot be read leaves the terminal as it is.
        }
    }
}
