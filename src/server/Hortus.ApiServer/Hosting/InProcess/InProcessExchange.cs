using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hortus.ApiServer.Hosting.InProcess;

/// <summary>
/// One request under way: stands where the web server stands for requests from sockets and keeps its rules
/// (when headers leave, what they may hold, that a body is as long as told).
/// </summary>
internal sealed class InProcessExchange : IHttpResponseFeature, IHttpResponseBodyFeature, IHttpRequestLifetimeFeature, IDisposable
{
    // As much as a socket holds back before its writer waits.
    private const int BufferBytesMax = 1024 * 1024;
    private readonly Pipe pipe = new(new PipeOptions(
        pauseWriterThreshold: BufferBytesMax, resumeWriterThreshold: BufferBytesMax / 2, useSynchronizationContext: false));

    private readonly CancellationTokenSource aborted = new();
    private readonly TaskCompletionSource<InProcessResponse> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stack<(Func<object, Task> Callback, object State)> starting = [];
    private readonly Stack<(Func<object, Task> Callback, object State)> completed = [];
    private readonly InProcessBodyWriter writer;
    private bool ended;

    public InProcessExchange(bool isHead)
    {
        writer = new InProcessBodyWriter(pipe.Writer, StartAsync, discards: isHead);
        Stream = writer.AsStream(leaveOpen: true);
        RequestAborted = aborted.Token;
        IsHead = isHead;
    }

    /// <summary>The answer once its headers are sent; fails when the server drops the request before.</summary>
    public Task<InProcessResponse> Answer => answer.Task;

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary Headers { get; set; } = new HeaderDictionary();

    public bool HasStarted { get; private set; }

    public Stream Stream { get; }

    public PipeWriter Writer => writer;

    public CancellationToken RequestAborted { get; set; }

    [Obsolete("The body is Stream.")]
    Stream IHttpResponseFeature.Body
    {
        get => Stream;
        set => throw new NotSupportedException("the body of a response cannot be replaced here; replace the body feature");
    }

    private bool IsHead { get; }

    public void OnStarting(Func<object, Task> callback, object state) => starting.Push((callback, state));

    public void OnCompleted(Func<object, Task> callback, object state) => completed.Push((callback, state));

    public void DisableBuffering()
    {
        // Nothing is held back once it is flushed.
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    /// <summary>Sends status and headers, once.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (HasStarted)
        {
            return;
        }

        while (starting.TryPop(out var next))
        {
            await next.Callback(next.State);
        }

        CheckHeaders();
        HasStarted = true;
        answer.TrySetResult(new InProcessResponse(
            StatusCode,
            [.. Headers.SelectMany(h => h.Value, (h, value) => KeyValuePair.Create(h.Key, value ?? ""))],
            new InProcessBodyStream(pipe.Reader, Leave)));
    }

    public Task CompleteAsync() => EndAsync();

    /// <summary>Ends the answer after the server is done with the request.</summary>
    public async Task EndAsync()
    {
        if (ended)
        {
            return;
        }

        ended = true;
        if (!HasStarted && writer.Written == 0 && Headers.ContentLength is null && !IsHead && HasBody)
        {
            Headers.ContentLength = 0;
        }

        await writer.FlushAsync(CancellationToken.None);
        var wanted = Headers.ContentLength;
        if (wanted is not null && wanted != writer.Written && !IsHead && StatusCode != StatusCodes.Status304NotModified)
        {
            Abort();
            return;
        }

        await pipe.Writer.CompleteAsync();
        while (completed.TryPop(out var next))
        {
            await next.Callback(next.State);
        }
    }

    /// <summary>Drops the connection: the client sees an error instead of an end.</summary>
    public void Abort()
    {
        ended = true;
        var error = new IOException("the server has dropped the connection");
        answer.TrySetException(error);
        pipe.Writer.Complete(error);
        Leave();
    }

    /// <summary>Ends a request that failed outside of the pipeline's care.</summary>
    public void Fail(Exception error)
    {
        answer.TrySetException(error);
        Abort();
    }

    /// <summary>The client has gone; the server stops working for it.</summary>
    public void Leave()
    {
        try
        {
            aborted.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The server was done already.
        }
    }

    public void Dispose() => aborted.Dispose();

    private bool HasBody => StatusCode is not StatusCodes.Status204NoContent and not StatusCodes.Status304NotModified;

    private void CheckHeaders()
    {
        if (!HasBody && writer.Written > 0)
        {
            throw new InvalidOperationException($"a response with status {StatusCode} has no body");
        }

        foreach (var (name, values) in Headers)
        {
            if (values.Any(v => v is not null && v.Any(c => c is < ' ' or > '~' and not '\t')))
            {
                // Taken out, so that the Status that reports the fault can be sent.
                Headers.Remove(name);
                throw new InvalidOperationException($"invalid non-ASCII or control character in header {name}");
            }
        }
    }
}
