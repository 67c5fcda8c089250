using System.Diagnostics;
using System.IO.Pipelines;
using Hortus.Host;
using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Server.Streams;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.Kubelet.Server;

/// <summary>Runs a command in a container for a remote user.</summary>
internal static class ExecEndpoint
{
    private const int BufferBytes = 32 * 1024;

    public static async Task RunAsync(HttpContext context, ContainerRecord record, CancellationToken cancellationToken)
    {
        var query = context.Request.Query;
        string[] command = [.. query["command"].OfType<string>()];
        if (command.Length == 0)
        {
            await Answers.RefuseAsync(
                context, StatusCodes.Status400BadRequest, StatusReason.BadRequest,
                    "you must specify at least one command word (query parameter \"command\")");
            return;
        }

        var wish = Wish(context);
        await using var remote = await RemoteAccess.AcceptAsync(context, wish);
        if (remote is null)
        {
            return;
        }

        Status outcome;
        try
        {
            outcome = Ended(await (wish.Terminal
                ? RunOnTerminalAsync(remote, record, command, cancellationToken)
                : RunOnPipesAsync(remote, record, command)));
        }
        catch (Exception e) when (e is KubeletException or HostException)
        {
            outcome = new Status
            {
                Outcome = "Failure",
                Code = 500,
                Reason = StatusReason.InternalError,
                Message = e.Message
            };
        }

        await remote.FinishAsync(outcome, cancellationToken);
    }

    /// <summary>The streams that a request asks for, under the API's names or the kubelet's own.</summary>
    public static StreamWish Wish(HttpContext context) => new()
    {
        Input = Flag(context, "input", "stdin"),
        Output = Flag(context, "output", "stdout"),
        Error = Flag(context, "error", "stderr"),
        Terminal = Flag(context, "tty"),
    };

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

    /// <summary>How a command ended, as a Status.</summary>
    public static Status Ended(int exitCode) => exitCode == 0
        ? new Status { Outcome = "Success" }
        : new Status
        {
            Outcome = "Failure",
            Reason = "NonZeroExitCode",
            Message = $"command terminated with non-zero exit code: {exitCode}",
            Details = new StatusDetails
            {
                Causes = [new StatusCause { Reason = "ExitCode",
                Message = exitCode.ToString() }]
            },
        };

    /// <summary>Copies what a user types until it ends or nobody reads it any more.</summary>
    public static async Task CopyInputAsync(PipeReader source, Func<ReadOnlyMemory<byte>, ValueTask> write)
    {
        try
        {
            while (true)
            {
                var read = await source.ReadAsync(CancellationToken.None);
                foreach (var part in read.Buffer)
                {
                    await write(part);
                }

                source.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (Exception e)
            when (e is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The program reads no more input, though it may still print; or the user has left.
        }

        await source.CompleteAsync();
    }

    private static async Task<int> RunOnPipesAsync(RemoteStreams remote, ContainerRecord record, string[] command)
    {
        using var process = ProcessRunner.Start(ContainerExec.Prepare(record, command, terminal: null));
        using var kill = KillWhenGone(process, remote);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(remote.Gone);
        var output = CopyAsync(process.StandardOutput.BaseStream, remote, OutputKind.Output);
        var error = CopyAsync(process.StandardError.BaseStream, remote, OutputKind.Error);
        var input = FeedAsync(remote, process.StandardInput.BaseStream, ended.Token);
        await process.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAll(output, error);
        await ended.CancelAsync();
        remote.Input.CancelPendingRead();
        await input;
        return process.ExitCode;
    }

    private static async Task FeedAsync(RemoteStreams remote, Stream target, CancellationToken ended)
    {
        await CopyInputAsync(remote.Input, part => target.WriteAsync(part, ended));
        await target.DisposeAsync();
    }

    private static async Task<int> RunOnTerminalAsync(
        RemoteStreams remote, ContainerRecord record, string[] command, CancellationToken cancellationToken)
    {
        using var terminal = PseudoTerminal.Open();
        if (remote.Sizes.Reader.TryRead(out var first))
        {
            terminal.Resize(first.Width, first.Height);
        }

        using var process = ProcessRunner.Start(ContainerExec.Prepare(record, command, terminal.Path));
        using var kill = KillWhenGone(process, remote);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = CopyTerminalAsync(terminal, remote);
        var input = CopyInputAsync(remote.Input, part => terminal.WriteAsync(part, ended.Token));
        var sizes = ResizeAsync(remote, terminal, ended.Token);
        await process.WaitForExitAsync(CancellationToken.None);
        await output;
        await ended.CancelAsync();
        remote.Input.CancelPendingRead();
        await Task.WhenAll(input, sizes);
        return process.ExitCode;
    }

    private static async Task ResizeAsync(
        RemoteStreams remote, PseudoTerminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var size in remote.Sizes.Reader.ReadAllAsync(cancellationToken))
            {
                terminal.Resize(size.Width, size.Height);
            }
        }
        catch (OperationCanceledException)
        {
            // The command has ended.
        }
    }

    /// <summary>Ends the command and all that it started when its user leaves.</summary>
    private static CancellationTokenRegistration KillWhenGone(Process process, RemoteStreams remote)
    {
        var started = ProcessTable.Find(process.Id);
        return remote.Gone.Register(() =>
        {
            if (started is { } identity && ProcessTable.IsAlive(identity))
            {
                ProcessTable.KillTree(identity.Id);
            }
        });
    }

    private static async Task CopyAsync(Stream source, RemoteStreams remote, OutputKind kind)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            int read;
            while ((read = await source.ReadAsync(buffer, remote.Gone)) > 0)
            {
                await remote.WriteAsync(kind, buffer.AsMemory(0, read), remote.Gone);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The user has left, and the command is being ended.
        }
    }

    private static async Task CopyTerminalAsync(PseudoTerminal terminal, RemoteStreams remote)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            int read;
            while ((read = await terminal.ReadAsync(buffer, remote.Gone)) > 0)
            {
                await remote.WriteAsync(OutputKind.Output, buffer.AsMemory(0, read), remote.Gone);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The user has left, and the command is being ended.
        }
    }
}
