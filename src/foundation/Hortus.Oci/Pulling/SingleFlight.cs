namespace Hortus.Oci;

/// <summary>Does the same work once for all who ask for it at the same time. The work goes on as long as one of them
/// waits.</summary>
internal sealed class SingleFlight<TKey, TResult> where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, Flight> flights = [];

    /// <summary>Joins the work for a key, or begins it.</summary>
    /// <param name="key">What the work is about.</param>
    /// <param name="work">Its token is cancelled when nobody waits any longer.</param>
    /// <param name="cancellationToken">Ends the wait of this caller.</param>
    public async Task<TResult> RunAsync(
        TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Flight flight;
        lock (gate)
        {
            if (!flights.TryGetValue(key, out flight!))
            {
                flights[key] = flight = new Flight();
                var token = flight.Abandoned.Token;
                flight.Work = Task.Run(() => work(token), CancellationToken.None);
            }

            flight.Waiters++;
        }

        try
        {
            return await flight.Work.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private void Leave(TKey key, Flight flight)
    {
        lock (gate)
        {
            if (--flight.Waiters > 0 && !flight.Work.IsCompleted)
            {
                return;
            }

            // Who comes now begins anew, and does not join work that is about to be cancelled.
            if (flights.TryGetValue(key, out var current) && current == flight)
            {
                flights.Remove(key);
            }

            if (flight.Waiters > 0)
            {
                return;
            }
        }

        if (!flight.Work.IsCompleted)
        {
            flight.Abandoned.Cancel();
        }
    }

    private sealed class Flight
    {
        public CancellationTokenSource Abandoned { get; } = new();

        public int Waiters { get; set; }

        public Task<TResult> Work { get; set; } = null!;
    }
}
