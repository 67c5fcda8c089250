using System.Security.Cryptography;
using Google.Protobuf;
using Hortus.Storage.Etcd;
using Hortus.Storage.Etcd.Messages;

namespace Hortus.Storage;

/// <summary>Takes snapshots of a whole etcd, as <c>etcdctl snapshot save</c> does.</summary>
/// <remarks>A snapshot is a file of etcd's database, of pages of 512 bytes or more, with its SHA-256 behind it.</remarks>
public sealed class EtcdArchive : IDisposable
{
    private const int PageBytes = 512;
    private const int BufferBytes = 128 << 10;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);

    // A member with much to write to its disk first is slow to begin.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(30);

    private static readonly MessageParser<ReadRangeAnswer> RangeAnswers =
        ReadRangeAnswer.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<SnapshotPart> SnapshotParts =
        SnapshotPart.Parser.WithDiscardUnknownFields(true);

    private readonly List<EtcdChannel> _channels;

    /// <summary>Connects to nothing yet.</summary>
    /// <param name="options">Where the etcd is.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="IOException">A file of the credentials cannot be read, or does not hold what it should.</exception>
    public EtcdArchive(EtcdStoreOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);

        // Each with credentials of its own, which remember why their member was not trusted.
        _channels = [.. options.Endpoints.Select(e => new EtcdChannel(e, new EtcdCredentials(options), time))];
    }

    /// <summary>Writes a snapshot into a file that only its owner can read, asking one member after the other.</summary>
    /// <param name="file">The file; it is replaced.</param>
    /// <param name="known">No snapshot is taken while the etcd is at this revision; null takes one always.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A revision that the snapshot has reached, and what was written while it was begun; null when none was taken.</returns>
    /// <exception cref="StoreException">Unavailable: no member gave a whole snapshot; the message says why for each.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task<long?> SaveAsync(string file, long? known, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var channel in _channels)
        {
            try
            {
                return await SaveAsync(channel, file, known, cancellationToken);
            }
            catch (Exception e) when (e is EtcdCallException or StoreException { Failure: StoreFailure.Corrupt })
            {
                var address = channel.Address.GetLeftPart(UriPartial.Authority);
                failures.Add(e.Message.StartsWith(address, StringComparison.Ordinal) ? e.Message : $"{address}: {e.Message}");
            }
        }

        throw new StoreException(StoreFailure.Unavailable, $"etcd gave no snapshot: {string.Join("; ", failures)}");
    }

    /// <summary>Checks every byte of a snapshot.</summary>
    /// <exception cref="StoreException">Corrupt: it is cut off or damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task CheckAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(
            file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var left = stream.Length - SHA256.HashSizeInBytes;
        if (left < PageBytes || left % PageBytes != 0)
        {
            throw new StoreException(
                StoreFailure.Corrupt, $"the snapshot is cut off: {stream.Length} bytes are no database with a SHA-256 behind it");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        while (left > 0)
        {
            var read = await stream.ReadAtLeastAsync(
                buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), 1, cancellationToken: cancellationToken);
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        var expected = buffer.AsMemory(0, SHA256.HashSizeInBytes);
        await stream.ReadExactlyAsync(expected, cancellationToken);
        if (!expected.Span.SequenceEqual(hash.GetHashAndReset()))
        {
            throw new StoreException(StoreFailure.Corrupt, "the snapshot is damaged or cut off: its SHA-256 is another one");
        }
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private static async Task<long?> SaveAsync(
        EtcdChannel channel, string file, long? known, CancellationToken cancellationToken)
    {
        // A linearizable read: once it is answered, this member has all that was written anywhere before.
        var read = await channel.CallAsync(
            "etcdserverpb.KV/Range",
            new ReadRange { Key = ByteString.CopyFrom(0), CountOnly = true },
            RangeAnswers,
            ReadTimeout,
            cancellationToken);
        var revision = read.Header?.Revision ?? throw new EtcdCallException(GrpcCode.Unavailable, "the answer has no revision");
        if (revision == known)
        {
            return null;
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = Private,
            Options = FileOptions.Asynchronous,
        };
        await using (var to = new FileStream(file, options))
        {
            var parts = channel.StreamAsync(
                "etcdserverpb.Maintenance/Snapshot", new SnapshotRequest(), SnapshotParts, SilenceMax, cancellationToken);
            await foreach (var part in parts)
            {
                await to.WriteAsync(part.Blob.Memory, cancellationToken);
            }
        }

        await CheckAsync(file, cancellationToken);
        return revision;
    }
}
