using Hortus.Client;

namespace Hortus.Gardenlet;

/// <summary>The credentials in use, and when they are to be renewed. Safe for many threads.</summary>
internal sealed class GardenPass
{
    private readonly Lock gate = new();
    private readonly GardenAccessSettings settings;
    private readonly Random random;
    private readonly Action<ClientConnection> reconnect;

    /// <summary>Begins with credentials that are in use already.</summary>
    /// <param name="credentials">The credentials.</param>
    /// <param name="settings">When to renew.</param>
    /// <param name="random">Chooses the moment.</param>
    /// <param name="reconnect">Makes the garden's client go on with other credentials.</param>
    public GardenPass(GardenCredentials credentials, GardenAccessSettings settings, Random random, Action<ClientConnection> reconnect)
    {
        this.settings = settings;
        this.random = random;
        this.reconnect = reconnect;
        Credentials = credentials;
        RenewAt = Choose(credentials);
    }

    /// <summary>What is in use.</summary>
    public GardenCredentials Credentials { get; private set; }

    /// <summary>When to renew it; null when it does not expire.</summary>
    public DateTimeOffset? RenewAt { get; private set; }

    /// <summary>Goes on with other credentials.</summary>
    /// <returns>Whether they were other ones.</returns>
    public bool Take(GardenCredentials credentials)
    {
        lock (gate)
        {
            if (credentials.Connection == Credentials.Connection)
            {
                return false;
            }

            reconnect(credentials.Connection);
            Credentials = credentials;
            RenewAt = Choose(credentials);
            return true;
        }
    }

    // Gardenlets that were made together do not come back together.
    private DateTimeOffset? Choose(GardenCredentials credentials) => credentials.Validity?.At(
        (settings.JitterMin + ((settings.JitterMax - settings.JitterMin) * random.NextDouble())) / 100);
}
