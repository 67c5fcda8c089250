using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Hosting;

/// <summary>The time a request may take. Sources of cancellation are used again: most requests end long before.</summary>
internal sealed class RequestDeadlines(TimeProvider time)
{
    private const int KeptMax = 256;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(34);
    private readonly ConcurrentBag<CancellationTokenSource> free = [];

    /// <summary>How long a request may take: what <c>?timeout=</c> asks for, 60 s at most and 34 s for a write of one
    /// object.</summary>
    /// <exception cref="ApiStatusException">400: the parameter is no duration.</exception>
    public static TimeSpan TimeOf(HttpRequest request, RequestInfo info)
    {
        var most = info.Verb is "create" or "update" or "patch" or "delete" ? LongestWrite : Longest;
        if (!request.QueryString.HasValue || request.Query["timeout"].ToString() is not { Length: > 0 } text)
        {
            return most;
        }

        if (!TryParse(text, out var asked) || asked < TimeSpan.Zero)
        {
            throw ApiErrors.BadRequest($"invalid timeout specified in the request URL: \"{text}\" is no duration such as 30s");
        }

        return asked == TimeSpan.Zero || asked > most ? most : asked;
    }

    /// <summary>Starts to count; cancelled too when the client leaves.</summary>
    public Deadline Start(TimeSpan limit, CancellationToken aborted)
    {
        if (!free.TryTake(out var source))
        {
            source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        }

        source.CancelAfter(limit);
        return new Deadline(this, source, aborted.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), source));
    }

    /// <summary>Durations as Go writes them: <c>300ms</c>, <c>1.5h</c>, <c>2m30s</c>.</summary>
    internal static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var rest = text.AsSpan();
        if (rest is "0")
        {
            return true;
        }

        var seconds = 0.0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !double.TryParse(rest[..digits], CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAny(NumberCharacters);
            var unit = letters < 0 ? rest : rest[..letters];
            var factor = unit switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" or "µs" => 1e-6,
                "ns" => 1e-9,
                _ => 0,
            };
            if (factor == 0)
            {
                return false;
            }

            seconds += number * factor;
            rest = rest[unit.Length..];
        }

        if (text.Length == 0 || seconds > TimeSpan.MaxValue.TotalSeconds / 2)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private void Return(CancellationTokenSource source)
    {
        if (free.Count < KeptMax && source.TryReset())
        {
            free.Add(source);
        }
        else
        {
            source.Dispose();
        }
    }

    /// <summary>A running deadline; disposing ends it.</summary>
    internal readonly struct Deadline(
        RequestDeadlines owner, CancellationTokenSource source, CancellationTokenRegistration registration) : IDisposable
    {
        public CancellationToken Token => source.Token;

        public void Dispose()
        {
            registration.Dispose();
            owner.Return(source);
        }
    }
}
