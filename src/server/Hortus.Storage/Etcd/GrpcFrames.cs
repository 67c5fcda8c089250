using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Hortus.Storage.Etcd;

/// <summary>gRPC's message frames and statuses on top of HTTP/2.</summary>
internal static class GrpcFrames
{
    private const int HeaderBytes = 5;
    private const int MessageBytesMax = 1 << 30;

    /// <summary>One byte that says "not compressed", the length, the message.</summary>
    public static byte[] Encode(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[HeaderBytes + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    /// <summary>Reads the next message; null at the end of the stream.</summary>
    public static async ValueTask<T?> ReadAsync<T>(
        Stream stream, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var header = ArrayPool<byte>.Shared.Rent(HeaderBytes);
        int length;
        try
        {
            var read = await stream.ReadAtLeastAsync(
                header.AsMemory(0, HeaderBytes), HeaderBytes, throwOnEndOfStream: false, cancellationToken);
            if (read == 0)
            {
                return null;
            }

            length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1));
            if (read < HeaderBytes || header[0] != 0 || length is < 0 or > MessageBytesMax)
            {
                throw new EtcdCallException(GrpcCode.Unavailable, "the answer is no gRPC message");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(header);
        }

        var body = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await stream.ReadExactlyAsync(body.AsMemory(0, length), cancellationToken);
            return parser.ParseFrom(body.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    /// <summary>Throws unless the answer's headers are those of gRPC without an error.</summary>
    public static void RequireAnswer(HttpResponseMessage response)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new EtcdCallException(
                GrpcCode.Unavailable, $"the answer has the HTTP status {(int)response.StatusCode}; is this an etcd?");
        }

        RequireOk(response.Headers, mustBePresent: false);
    }

    /// <summary>Throws when the status says that the call failed.</summary>
    public static void RequireOk(HttpResponseHeaders headers, bool mustBePresent = true)
    {
        if (!headers.TryGetValues("grpc-status", out var values))
        {
            if (mustBePresent)
            {
                throw new EtcdCallException(GrpcCode.Unavailable, "the answer ended early");
            }

            return;
        }

        var known = int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var code);
        if (known && code == (int)GrpcCode.Ok)
        {
            return;
        }

        var message = headers.TryGetValues("grpc-message", out var texts) ? Uri.UnescapeDataString(texts.First()) : "";
        throw new EtcdCallException(known ? (GrpcCode)code : GrpcCode.Unknown, message);
    }
}

/// <summary>The one message of a call.</summary>
internal sealed class FrameContent(byte[] frame) : HttpContent
{
    /// <summary>Whether sending has begun; before that a failed call has changed nothing.</summary>
    public bool Begun { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Begun = true;
        await stream.WriteAsync(frame, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = frame.Length;
        return true;
    }
}

/// <summary>A first message, after which the stream of requests stays open.</summary>
internal sealed class OpenContent(byte[] frame, Task closed) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(frame, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        await closed.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
