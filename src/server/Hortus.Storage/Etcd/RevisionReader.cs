using Google.Protobuf;
using Hortus.Storage.Etcd.Messages;

namespace Hortus.Storage.Etcd;

/// <summary>
/// Learns the cluster's newest revision. Everybody who asks while a read is under way shares the next one, so that many
/// readers cost etcd little.
/// </summary>
internal sealed class RevisionReader(EtcdMembers members, EtcdMirror mirror, EtcdKeys keys)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<long>? _next;
    private bool _isReading;

    /// <summary>A revision at least as new as every write that was answered before this call.</summary>
    /// <exception cref="StoreException">Unavailable: etcd did not answer.</exception>
    public Task<long> ReadAsync(CancellationToken cancellationToken)
    {
        Task<long> answer;
        var begin = false;
        lock (_lock)
        {
            _next ??= new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            answer = _next.Task;
            if (!_isReading)
            {
                _isReading = true;
                begin = true;
            }
        }

        if (begin)
        {
            _ = ReadForAllAsync();
        }

        return answer.WaitAsync(cancellationToken);
    }

    private async Task ReadForAllAsync()
    {
        while (true)
        {
            TaskCompletionSource<long> askers;
            lock (_lock)
            {
                if (_next is null)
                {
                    _isReading = false;
                    return;
                }

                askers = _next;
                _next = null;
            }

            try
            {
                askers.SetResult(await ReadOnceAsync());
            }
            catch (Exception e)
            {
                askers.SetException(e);

                // Those who asked may be gone.
                _ = askers.Task.Exception;
            }
        }
    }

    private async Task<long> ReadOnceAsync()
    {
        var known = mirror.State.Revision;
        var request = new ReadRange { Key = ByteString.CopyFromUtf8(keys.Prefix), CountOnly = true };
        var answer = await members.RangeAsync(request, CancellationToken.None);
        return mirror.Check(answer.Header, known)
            ? answer.Header.Revision
            : throw new StoreException(StoreFailure.Unavailable, "etcd was replaced by another state and is read again");
    }
}
