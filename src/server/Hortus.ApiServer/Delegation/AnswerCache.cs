using System.Collections.Concurrent;

namespace Hortus.ApiServer.Delegation;

/// <summary>Keeps answers for a while, and not too many of them. Safe for concurrent use; two who ask at the same time may
/// both ask the source.</summary>
internal sealed class AnswerCache<T>(TimeProvider time)
{
    private const int CountMax = 8192;

    private readonly ConcurrentDictionary<string, (T Answer, DateTimeOffset Until)> kept = new(StringComparer.Ordinal);

    /// <summary>The answer kept, or a new one.</summary>
    /// <param name="key">What is asked.</param>
    /// <param name="ask">Asks the source; what it throws is not kept.</param>
    /// <param name="lifetime">How long an answer is kept.</param>
    public async ValueTask<T> GetAsync(string key, Func<ValueTask<T>> ask, Func<T, TimeSpan> lifetime)
    {
        var now = time.GetUtcNow();
        if (kept.TryGetValue(key, out var known) && known.Until > now)
        {
            return known.Answer;
        }

        var answer = await ask();
        if (kept.Count >= CountMax)
        {
            Shrink(now);
        }

        kept[key] = (answer, now + lifetime(answer));
        return answer;
    }

    private void Shrink(DateTimeOffset now)
    {
        foreach (var (key, entry) in kept)
        {
            if (entry.Until <= now)
            {
                kept.TryRemove(key, out _);
            }
        }

        // All of them fresh: somebody asks for very many things, and asking again costs less than growing.
        if (kept.Count >= CountMax)
        {
            kept.Clear();
        }
    }
}
