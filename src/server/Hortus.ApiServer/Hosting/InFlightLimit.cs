using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Hosting;

/// <summary>How many requests are served at the same time, as kube-apiserver limits them: those that change something, and the
/// others. Long-running requests, health checks and members of <c>system:masters</c> are never turned away.</summary>
/// <param name="readOnlyMax">Greatest number of requests that only read; 0 for no limit.</param>
/// <param name="mutatingMax">Greatest number of requests that change something; 0 for no limit.</param>
internal sealed class InFlightLimit(int readOnlyMax, int mutatingMax)
{
    private const int RetryAfterSeconds = 1;
    private int readOnly;
    private int mutating;

    /// <summary>Requests being served now.</summary>
    public (int Mutating, int ReadOnly) Current => (Volatile.Read(ref mutating), Volatile.Read(ref readOnly));

    /// <summary>Whether a request changes something.</summary>
    public static bool IsMutating(RequestInfo info) =>
        info.Verb is not "get" and not "list" and not "watch" and not "head" and not "options";

    /// <summary>Counts a request in; to be followed by <see cref="Leave"/>.</summary>
    /// <exception cref="ApiStatusException">429: too many are being served. The request was not counted.</exception>
    public void Enter(UserInfo user, bool isMutating)
    {
        ref var current = ref isMutating ? ref mutating : ref readOnly;
        var max = isMutating ? mutatingMax : readOnlyMax;
        if (Interlocked.Increment(ref current) > max && max > 0 && !user.Groups.Contains(UserInfo.MastersGroup))
        {
            Interlocked.Decrement(ref current);
            throw ApiErrors.TooManyRequests("Too many requests, please try again later.", RetryAfterSeconds);
        }
    }

    public void Leave(bool isMutating) => Interlocked.Decrement(ref isMutating ? ref mutating : ref readOnly);
}
