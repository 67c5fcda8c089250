using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Hortus.Storage.Etcd.Messages;

namespace Hortus.Storage.Etcd;

/// <summary>Calls to one member, all over one connection.</summary>
internal sealed class EtcdChannel : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    // etcd ends connections that ping more often than every 5 seconds.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(4);

    // An initial load and the catching up of a watch move megabytes.
    private const int StreamWindowBytes = 4 << 20;

    private static readonly MessageParser<WatchAnswer> WatchAnswers =
        WatchAnswer.Parser.WithDiscardUnknownFields(true);

    private readonly HttpMessageInvoker _http;
    private readonly EtcdCredentials _credentials;
    private readonly TimeProvider _time;
    private volatile bool _isWell = true;
    private volatile bool _hasAnswered;

    public EtcdChannel(Uri address, EtcdCredentials credentials, TimeProvider time)
    {
        Address = new Uri(address.GetLeftPart(UriPartial.Authority));
        _credentials = credentials;
        _time = time;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeout,
            EnableMultipleHttp2Connections = false,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            SslOptions = credentials.OptionsFor(address.Host),
        });
    }

    public Uri Address { get; }

    /// <summary>Whether the last call or probe found the member able to serve.</summary>
    public bool IsWell
    {
        get => _isWell;
        set => _isWell = value;
    }

    /// <summary>One request, one answer.</summary>
    /// <exception cref="EtcdCallException">There is no answer, or it is an error.</exception>
    public async Task<T> CallAsync<T>(
        string method, IMessage request, MessageParser<T> parser, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using var content = new FrameContent(GrpcFrames.Encode(request));
        using var message = Message(method, content);
        message.Headers.Add(
            "grpc-timeout", ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) + "m");
        try
        {
            using var response = await _http.SendAsync(message, either.Token);
            _hasAnswered = true;
            GrpcFrames.RequireAnswer(response);
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            var answer = await GrpcFrames.ReadAsync(stream, parser, either.Token);

            // The status comes after the last message.
            if (await stream.ReadAsync(new byte[1], either.Token) > 0)
            {
                throw new EtcdCallException(GrpcCode.Unavailable, "the answer has more than one message");
            }

            GrpcFrames.RequireOk(response.TrailingHeaders);
            return answer ?? throw new EtcdCallException(GrpcCode.Unavailable, "the answer is empty");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        catch (OperationCanceledException e)
        {
            throw new EtcdCallException(
                GrpcCode.DeadlineExceeded, $"{Address} did not answer within {timeout.TotalSeconds:0.#} s", e)
            {
                MayHaveArrived = content.Begun,
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw NoAnswer(e, content.Begun);
        }
    }

    /// <summary>Opens a watch; ends only by throwing.</summary>
    /// <exception cref="EtcdCallException">The stream broke, or etcd ended it.</exception>
    public async IAsyncEnumerable<WatchAnswer> WatchAsync(
        WatchCreation creation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var content =
            new OpenContent(GrpcFrames.Encode(new WatchRequest { CreateRequest = creation }), closed.Task);
        using var message = Message("etcdserverpb.Watch/Watch", content);

        // A member that has lost its leader ends the watch instead of falling silent.
        message.Headers.Add("hasleader", "true");
        try
        {
            using var response = await Guarded(() => _http.SendAsync(message, cancellationToken), cancellationToken);
            GrpcFrames.RequireAnswer(response);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            while (await Guarded(
                () => GrpcFrames.ReadAsync(stream, WatchAnswers, cancellationToken).AsTask(), cancellationToken) is { } answer)
            {
                yield return answer;
            }

            GrpcFrames.RequireOk(response.TrailingHeaders);
            throw new EtcdCallException(GrpcCode.Unavailable, $"{Address} ended the watch");
        }
        finally
        {
            closed.TrySetResult();
        }
    }

    /// <summary>One request, many answers; ends once the member has said that these were all.</summary>
    /// <param name="method">What is called.</param>
    /// <param name="request">The request.</param>
    /// <param name="parser">Reads the answers.</param>
    /// <param name="silenceMax">How long the next answer may take.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="EtcdCallException">The stream broke, fell silent, or ended with an error.</exception>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        string method,
        IMessage request,
        MessageParser<T> parser,
        TimeSpan silenceMax,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        using var content = new FrameContent(GrpcFrames.Encode(request));
        using var message = Message(method, content);
        using var response = await WithinAsync(silenceMax, token => _http.SendAsync(message, token), cancellationToken);
        _hasAnswered = true;
        GrpcFrames.RequireAnswer(response);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (await WithinAsync(
            silenceMax, token => GrpcFrames.ReadAsync(stream, parser, token).AsTask(), cancellationToken) is { } answer)
        {
            yield return answer;
        }

        GrpcFrames.RequireOk(response.TrailingHeaders);
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Message(string method, HttpContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return message;
    }

    private async Task<T> Guarded<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step();
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(e, mayHaveArrived: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw NoAnswer(e, mayHaveArrived: true);
        }
    }

    private async Task<T> WithinAsync<T>(
        TimeSpan timeout, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await Guarded(() => step(either.Token), either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EtcdCallException(GrpcCode.DeadlineExceeded, $"{Address} was silent for {timeout.TotalSeconds:0.#} s", e);
        }
    }

    private EtcdCallException NoAnswer(Exception error, bool mayHaveArrived)
    {
        var cause = error;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        var why = cause switch
        {
            SocketException { SocketErrorCode: not SocketError.ConnectionReset } => cause.Message,
            _ when _credentials.Refusal is { } refusal => refusal,

            // A peer that closes before it has read all that was sent resets the connection.
            _ when !_hasAnswered => $"it ended the connection before it answered; {GuessAtSilence()}",
            _ => cause.Message.ReplaceLineEndings(" "),
        };
        return new EtcdCallException(GrpcCode.Unavailable, $"{Address.GetLeftPart(UriPartial.Authority)}: {why}", error)
        {
            MayHaveArrived = mayHaveArrived,
        };
    }

    // TLS and HTTP/2 have many words for a peer that hangs up, and none of them names the reason.
    private string GuessAtSilence() => (Address.Scheme, _credentials.HasCertificate) switch
    {
        ("http", _) => "it may expect https",
        (_, true) => "it may not accept the client certificate",
        _ => "it may ask for a client certificate",
    };
}
