using System.Globalization;
using Google.Protobuf;
using Hortus.Storage.Etcd.Messages;
using Microsoft.Extensions.Logging;

namespace Hortus.Storage.Etcd;

/// <summary>
/// Compacts the cluster to the revision of one interval ago. All servers of a cluster, upstream's too, share the work
/// through one key: whoever moves its version on compacts.
/// </summary>
internal sealed partial class EtcdCompactor(
    EtcdMembers members, TimeSpan interval, TimeProvider time, ILogger logger)
{
    private static readonly ByteString SharedKey = ByteString.CopyFromUtf8("compact_rev_key");

    private long _version;
    private long _revision;
    private long _owed;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // What was owed is tried again soon; history must not grow because one call failed.
            var pause = _owed > 0 ? interval / 10 : interval;
            await Task.Delay(pause, time, cancellationToken);
            try
            {
                await StepAsync(cancellationToken);
            }
            catch (StoreException e)
            {
                LogFailure(e.Message);
            }
        }
    }

    /// <summary>One turn: claim the interval, then compact; or learn that another server did.</summary>
    internal async Task StepAsync(CancellationToken cancellationToken)
    {
        if (_owed == 0)
        {
            var claim = await members.WriteAsync(Claim(), cancellationToken);
            if (claim.Succeeded)
            {
                _version++;
                _owed = _revision;
            }
            else
            {
                _version = claim.Responses.Single().Range.Kvs.FirstOrDefault()?.Version ?? 0;
            }

            _revision = claim.Header.Revision;
        }

        if (_owed > 0)
        {
            await CompactAsync(_owed, cancellationToken);
            _owed = 0;
        }
    }

    private async Task CompactAsync(long revision, CancellationToken cancellationToken)
    {
        try
        {
            await members.CompactAsync(revision, cancellationToken);
            LogCompacted(revision);
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Compacted)
        {
            // Somebody has compacted further.
        }
    }

    private Transaction Claim()
    {
        var value = _revision.ToString(CultureInfo.InvariantCulture);
        var claim = new Transaction();
        claim.Compare.Add(new Condition
        {
            Key = SharedKey,
            Target = Condition.Types.Target.Version,
            Version = _version,
        });
        claim.Success.Add(new Operation { Put = new Put { Key = SharedKey, Value = ByteString.CopyFromUtf8(value) } });
        claim.Failure.Add(new Operation { Range = new ReadRange { Key = SharedKey } });
        return claim;
    }

    [LoggerMessage(LogLevel.Debug, "compacted etcd up to revision {Revision}")]
    private partial void LogCompacted(long revision);

    [LoggerMessage(LogLevel.Warning, "etcd could not be compacted and will be later: {Reason}")]
    private partial void LogFailure(string reason);
}
