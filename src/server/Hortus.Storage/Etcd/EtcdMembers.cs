using Google.Protobuf;
using Hortus.Storage.Etcd.Messages;
using Microsoft.Extensions.Logging;

namespace Hortus.Storage.Etcd;

/// <summary>The members of the cluster: which of them is asked, and what is done when one does not answer.</summary>
internal sealed partial class EtcdMembers : IDisposable
{
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);

    private static readonly MessageParser<ReadRangeAnswer> RangeAnswers =
        ReadRangeAnswer.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<TransactionAnswer> TransactionAnswers =
        TransactionAnswer.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<CompactionAnswer> CompactionAnswers =
        CompactionAnswer.Parser.WithDiscardUnknownFields(true);

    private static readonly MessageParser<StatusAnswer> StatusAnswers =
        StatusAnswer.Parser.WithDiscardUnknownFields(true);

    private readonly EtcdStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EtcdChannel[] _channels;
    private readonly Random _random = new(Environment.TickCount);
    private int _next;

    public EtcdMembers(EtcdStoreOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        var credentials = new EtcdCredentials(options);
        _channels = [.. options.Endpoints.Select(e => new EtcdChannel(e, credentials, time))];
    }

    /// <summary>The addresses, for messages.</summary>
    public string Addresses => string.Join(", ", _channels.Select(c => c.Address.GetLeftPart(UriPartial.Authority)));

    /// <summary>Why the last call that failed did; null when none has.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>The next member that is well; when none is, the next one.</summary>
    public EtcdChannel Next()
    {
        var start = (uint)Interlocked.Increment(ref _next);
        for (var i = 0u; i < _channels.Length; i++)
        {
            var channel = _channels[(start + i) % _channels.Length];
            if (channel.IsWell)
            {
                return channel;
            }
        }

        return _channels[start % _channels.Length];
    }

    /// <summary>A linearizable read.</summary>
    /// <exception cref="StoreException">Compacted, FutureRevision, or Unavailable after several tries.</exception>
    public Task<ReadRangeAnswer> RangeAsync(ReadRange request, CancellationToken cancellationToken) =>
        RetryAsync("etcdserverpb.KV/Range", request, RangeAnswers, _options.ReadTimeout, cancellationToken);

    /// <exception cref="StoreException">Compacted, FutureRevision, or Unavailable after several tries.</exception>
    public Task CompactAsync(long revision, CancellationToken cancellationToken) => RetryAsync(
        "etcdserverpb.KV/Compact",
        new Compaction { Revision = revision },
        CompactionAnswers,
        _options.ReadTimeout,
        cancellationToken);

    /// <summary>A conditional write. Sent once: it is only tried again when it cannot have arrived.</summary>
    /// <exception cref="StoreException">
    /// OutcomeUnknown: no answer came; TooLarge; Unavailable: it was not done.
    /// </exception>
    public async Task<TransactionAnswer> WriteAsync(Transaction request, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var channel = Next();
            try
            {
                var answer = await channel.CallAsync(
                    "etcdserverpb.KV/Txn", request, TransactionAnswers, _options.WriteTimeout, cancellationToken);
                channel.IsWell = true;
                return answer;
            }
            catch (EtcdCallException e)
            {
                Note(channel, e);
                if (e.MayHaveArrived || _time.GetElapsedTime(start) >= _options.WriteTimeout)
                {
                    throw WriteFailure(e);
                }
            }

            await PauseAsync(attempt, cancellationToken);
        }
    }

    /// <summary>
    /// Asks the members from time to time, so that one that comes back is used again and one without a leader is not.
    /// </summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        if (_channels.Length == 1)
        {
            return;
        }

        using var timer = new PeriodicTimer(_options.ProbeInterval, _time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await Task.WhenAll(_channels.Select(c => ProbeAsync(c, cancellationToken)));
        }
    }

    /// <summary>Waits before the next try: longer each time, and not as long as others wait.</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        double part;
        lock (_random)
        {
            part = 0.5 + _random.NextDouble();
        }

        var pause = Math.Min(PauseMin.TotalMilliseconds * Math.Pow(2, attempt), PauseMax.TotalMilliseconds);
        return Task.Delay(TimeSpan.FromMilliseconds(pause * part), _time, cancellationToken);
    }

    public void Dispose()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }
    }

    private async Task<T> RetryAsync<T>(
        string method, IMessage request, MessageParser<T> parser, TimeSpan timeout, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var start = _time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var channel = Next();
            try
            {
                var answer = await channel.CallAsync(
                    method, request, parser, timeout < TryTimeout ? timeout : TryTimeout, cancellationToken);
                channel.IsWell = true;
                return answer;
            }
            catch (EtcdCallException e)
            {
                Note(channel, e);
                if (!e.IsPassing || _time.GetElapsedTime(start) >= timeout)
                {
                    throw ReadFailure(e);
                }
            }

            await PauseAsync(attempt, cancellationToken);
        }
    }

    private async Task ProbeAsync(EtcdChannel channel, CancellationToken cancellationToken)
    {
        var was = channel.IsWell;
        try
        {
            var status = await channel.CallAsync(
                "etcdserverpb.Maintenance/Status",
                new StatusRequest(),
                StatusAnswers,
                _options.ProbeTimeout,
                cancellationToken);
            channel.IsWell = status.Leader != 0;
            if (was && !channel.IsWell)
            {
                LogUnwell(channel.Address, "it has no leader");
            }
        }
        catch (EtcdCallException e)
        {
            channel.IsWell = false;
            if (was)
            {
                LogUnwell(channel.Address, e.Message);
            }
        }

        if (!was && channel.IsWell)
        {
            LogWell(channel.Address);
        }
    }

    private void Note(EtcdChannel channel, EtcdCallException error)
    {
        LastFailure = error.Message;
        channel.IsWell &= !error.IsPassing;
    }

    private static StoreException ReadFailure(EtcdCallException e) => e switch
    {
        { IsCompacted: true } => new StoreException(StoreFailure.Compacted, e.Message, e),
        { IsFutureRevision: true } => new StoreException(StoreFailure.FutureRevision, e.Message, e),
        _ => new StoreException(StoreFailure.Unavailable, $"etcd cannot be read: {e.Message}", e),
    };

    private static StoreException WriteFailure(EtcdCallException e) => e switch
    {
        { IsTooLarge: true } => new StoreException(StoreFailure.TooLarge, e.Message, e),
        { IsPassing: true, MayHaveArrived: true } => new StoreException(
            StoreFailure.OutcomeUnknown, $"etcd did not say whether it has written: {e.Message}", e),
        _ => new StoreException(StoreFailure.Unavailable, $"etcd has not written: {e.Message}", e),
    };

    [LoggerMessage(LogLevel.Warning, "etcd member {Address} is left out until it is well again: {Reason}")]
    private partial void LogUnwell(Uri address, string reason);

    [LoggerMessage(LogLevel.Information, "etcd member {Address} is well again")]
    private partial void LogWell(Uri address);
}
