using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Server.Streams;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.Kubelet.Server;

/// <summary>Joins a remote user to the program of a running container.</summary>
internal sealed class AttachEndpoint(ContainerRuntime runtime, TimeProvider time)
{
    private const int BufferBytes = 32 * 1024;
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);

    public async Task RunAsync(HttpContext context, ContainerRecord record)
    {
        var wish = ExecEndpoint.Wish(context);
        using var output = runtime.OpenTail(record.Id, "stdout");
        using var error = runtime.OpenTail(record.Id, "stderr");
        await using var remote = await RemoteAccess.AcceptAsync(context, wish);
        if (remote is null || output is null || error is null)
        {
            return;
        }

        var console = runtime.ConsoleOf(record.Id);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(remote.Gone);
        var input = TypeAsync(remote, record.HasInput ? console : null, ended.Token);
        var sizes = ResizeAsync(remote, console, ended.Token);
        var outcome = new Status { Outcome = "Success" };
        try
        {
            await PrintAsync(record, remote, output, error);
        }
        catch (KubeletException e)
        {
            outcome = new Status
            {
                Outcome = "Failure",
                Code = 500,
                Reason = StatusReason.InternalError,
                Message = e.Message,
            };
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The user has left; the container goes on.
        }

        await ended.CancelAsync();
        remote.Input.CancelPendingRead();
        await Task.WhenAll(input, sizes);
        await remote.FinishAsync(outcome, context.RequestAborted);
    }

    private static async Task TypeAsync(RemoteStreams remote, ContainerConsole? console, CancellationToken ended)
    {
        if (console is not null)
        {
            await ExecEndpoint.CopyInputAsync(remote.Input, part => console.WriteAsync(part, ended));
            console.LeaveInput();
        }
    }

    private static async Task ResizeAsync(RemoteStreams remote, ContainerConsole? console, CancellationToken ended)
    {
        try
        {
            await foreach (var size in remote.Sizes.Reader.ReadAllAsync(ended))
            {
                console?.Resize(size.Width, size.Height);
            }
        }
        catch (OperationCanceledException)
        {
            // The user has left, or the program has ended.
        }
    }

    private async Task PrintAsync(ContainerRecord record, RemoteStreams remote, OutputTail output, OutputTail error)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var isRunning = runtime.List(record.PodUid).Any(r => r.Id == record.Id && r.IsRunning);
            var printed = await CopyAsync(output, OutputKind.Output, remote, buffer)
                | await CopyAsync(error, OutputKind.Error, remote, buffer);
            if (!printed && !isRunning)
            {
                return;
            }

            if (!printed)
            {
                await Task.Delay(PollPeriod, time, remote.Gone);
            }
        }
    }

    private static async Task<bool> CopyAsync(OutputTail tail, OutputKind kind, RemoteStreams remote, byte[] buffer)
    {
        var read = tail.Read(buffer);
        if (read > 0)
        {
            await remote.WriteAsync(kind, buffer.AsMemory(0, read), remote.Gone);
        }

        return read > 0;
    }
}
