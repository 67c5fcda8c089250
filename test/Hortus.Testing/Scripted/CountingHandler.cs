using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace Hortus.Testing.Scripted;

/// <summary>Sees every request to a server, and can take the server away.</summary>
public sealed class CountingHandler : DelegatingHandler
{
    private readonly TaskCompletionSource death = NewSignal();
    private TaskCompletionSource next = NewSignal();
    private int left = int.MaxValue;
    private volatile bool isAway;

    /// <summary>Sends what gets through over sockets.</summary>
    public CountingHandler()
        : base(new SocketsHttpHandler())
    {
    }

    /// <summary>Method and path of all requests except watches.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Requests that change something.</summary>
    public IEnumerable<string> Writes => Requests.Where(r => !r.StartsWith("GET ", StringComparison.Ordinal));

    /// <summary>Requests that delete something.</summary>
    public IEnumerable<string> Deletions => Requests.Where(r => r.StartsWith("DELETE ", StringComparison.Ordinal));

    /// <summary>Waits until the requests fit.</summary>
    public async Task UntilAsync(Func<IReadOnlyCollection<string>, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            var following = next.Task;
            if (condition(Requests))
            {
                return;
            }

            await following.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Token that the requests show; without one they have an administrator's rights.</summary>
    public string? Token { get; set; }

    /// <summary>Whether no request gets through, see <see cref="Misses"/>.</summary>
    public bool IsAway
    {
        get => isAway;
        set => isAway = value;
    }

    /// <summary>Which requests do not get through while <see cref="IsAway"/>; all, unless somebody says otherwise.</summary>
    public Func<HttpRequestMessage, bool> Misses { get; init; } = _ => true;

    /// <summary>Completes when the last allowed write is done.</summary>
    public Task Death => death.Task;

    /// <summary>After this many writes no request gets through any more, as if the process had been killed.</summary>
    public int WritesUntilDeath
    {
        get => Volatile.Read(ref left);
        set => Volatile.Write(ref left, value);
    }

    /// <summary>Which writes count for <see cref="WritesUntilDeath"/>.</summary>
    public Func<HttpRequestMessage, bool> CountsForDeath { get; init; } = _ => true;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        var isWatch = path.Contains("watch=", StringComparison.Ordinal);
        if (!isWatch)
        {
            Requests.Enqueue($"{request.Method} {path}");
            Interlocked.Exchange(ref next, NewSignal()).TrySetResult();
        }

        if (Token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        }

        if (request.Method != HttpMethod.Get && CountsForDeath(request) && Interlocked.Decrement(ref left) < 0)
        {
            IsAway = true;
            death.TrySetResult();
        }

        return IsAway && !isWatch && Misses(request)
            ? throw new HttpRequestException("the server is away")
            : base.SendAsync(request, cancellationToken);
    }
}
