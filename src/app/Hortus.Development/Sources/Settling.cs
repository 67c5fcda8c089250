using System.Threading.Channels;

namespace Hortus.Development.Sources;

/// <summary>Waits until a burst of changes is over: editors write files in several steps, and git many files one after the
/// other.</summary>
/// <param name="quiet">How long nothing has to happen.</param>
/// <param name="isBusy">Whether more is sure to come, however quiet it is.</param>
/// <param name="time">The clock.</param>
public sealed class Settling(TimeSpan quiet, Func<bool> isBusy, TimeProvider time)
{
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits for the first change, and then for the end of its burst.</summary>
    /// <param name="changes">One entry a change; all of the burst are taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The moment of the last change.</returns>
    public async Task<DateTimeOffset> WaitAsync(ChannelReader<DateTimeOffset> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var last = await changes.ReadAsync(cancellationToken);
        while (true)
        {
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var more = changes.WaitToReadAsync(pause.Token).AsTask();
            var over = Task.Delay(isBusy() ? BusyPause : quiet, time, pause.Token);
            var ended = await Task.WhenAny(more, over);
            await pause.CancelAsync();
            await Task.WhenAll(more, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            while (changes.TryRead(out var next))
            {
                last = next;
                ended = more;
            }

            if (ended == over && !isBusy())
            {
                return last;
            }
        }
    }
}
