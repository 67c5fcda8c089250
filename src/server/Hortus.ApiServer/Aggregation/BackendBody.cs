using System.Globalization;

namespace Hortus.ApiServer.Aggregation;

/// <summary>The body of an answer; it frees the connection at its end and closes it when it is left before.</summary>
internal sealed class BackendBody(
    BackendConnection connection, BodyLength length, Action<BackendConnection>? release) : Stream
{
    private long left = length.IsChunked ? 0 : length.Count;
    private bool isFirstChunk = true;
    private bool hasEnded;
    private bool isReleased;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (hasEnded || buffer.Length == 0)
        {
            return 0;
        }

        if (left == 0 && !await NextChunkAsync(cancellationToken))
        {
            End(isWhole: true);
            return 0;
        }

        var wanted = left < 0 ? buffer : buffer[..(int)Math.Min(buffer.Length, left)];
        var read = await connection.ReadAsync(wanted, cancellationToken);
        if (read == 0)
        {
            End(isWhole: false);
            return left < 0 ? 0 : throw new IOException("the server closed the connection in the middle of its answer");
        }

        left -= left < 0 ? 0 : read;
        if (left == 0 && !length.IsChunked)
        {
            End(isWhole: true);
        }

        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        connection.Stream.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        connection.Stream.WriteAsync(buffer, offset, count, cancellationToken);

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => connection.Stream.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (left == 0 && !length.IsChunked && !hasEnded)
        {
            End(isWhole: true);
        }

        if (!isReleased)
        {
            isReleased = true;
            await connection.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private async ValueTask<bool> NextChunkAsync(CancellationToken cancellationToken)
    {
        if (!length.IsChunked)
        {
            return false;
        }

        if (!isFirstChunk)
        {
            await connection.ReadLineAsync(cancellationToken);
        }

        isFirstChunk = false;
        var size = (await connection.ReadLineAsync(cancellationToken)).Split(';')[0].Trim();
        if (!long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out left) || left < 0)
        {
            throw new IOException($"the answer has a chunk of size \"{size}\"");
        }

        if (left > 0)
        {
            return true;
        }

        // Trailers; nobody needs them here.
        while ((await connection.ReadLineAsync(cancellationToken)).Length > 0)
        {
        }

        return false;
    }

    private void End(bool isWhole)
    {
        hasEnded = true;
        if (isWhole && release is not null && !isReleased)
        {
            isReleased = true;
            release(connection);
        }
    }
}
