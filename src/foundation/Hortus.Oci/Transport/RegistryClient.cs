using System.Collections.Concurrent;
using System.Net;

namespace Hortus.Oci;

/// <summary>
/// Talks to registries of the distribution specification. Connections, tokens and what registries want are kept and shared by
/// all repositories that are opened. Safe for many threads.
/// </summary>
public sealed class RegistryClient : IDisposable
{
    // Docker's own registry is reached under another name than the one that references have.
    private const string HubHost = "registry-1.docker.io";
    private static readonly string[] HubNames = ["docker.io", "index.docker.io"];

    // Authorities change a few times in the life of a process.
    private const int ConnectionsMax = 64;

    private readonly ConcurrentDictionary<string, RegistryConnection> connections = new();
    private readonly ConcurrentDictionary<(string Registry, string TrustKey), RegistryFacts> facts = new();

    /// <summary>Makes a client.</summary>
    /// <param name="options">How registries are talked to.</param>
    /// <param name="random">For jitter. Must be safe for many threads.</param>
    /// <param name="clock">Of waits and deadlines.</param>
    public RegistryClient(RegistryOptions options, Random random, TimeProvider clock)
    {
        Options = options;
        Clock = clock;
        Retries = new RetrySchedule(options, random, clock);
        Tokens = new TokenSource(options, Retries, clock);
    }

    internal RegistryOptions Options { get; }

    internal TimeProvider Clock { get; }

    internal RetrySchedule Retries { get; }

    internal TokenSource Tokens { get; }

    /// <summary>One repository; costs no request.</summary>
    /// <exception cref="OciException">The CA bundle cannot be read.</exception>
    public OciRepository Open(OciReference reference, RegistryAccess access)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(access);
        return new OciRepository(reference, new RepositoryChannel(this, reference, access, ConnectionFor(access)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in connections.Values)
        {
            connection.Dispose();
        }
    }

    /// <summary>Whether a host may be asked without TLS.</summary>
    internal bool MayBePlain(Uri address) =>
        RegistryConnection.IsLoopback(address.Host) || IsNamedPlain(address.Authority);

    /// <summary>Where a registry is and what it wants; asks it when there are credentials, or it is not clear that it speaks
    /// TLS.</summary>
    /// <exception cref="OciException">It does not answer.</exception>
    internal async Task<RegistryFacts> FactsAsync(
        string registry, RegistryAccess access, RegistryConnection connection, CancellationToken cancellationToken)
    {
        var key = (registry, access.TrustKey);
        if (facts.TryGetValue(key, out var known) && (known.IsAsked || access.Credential.IsAnonymous))
        {
            return known;
        }

        var host = HubNames.Contains(registry) ? HubHost : registry;
        var isPlain = IsNamedPlain(registry);
        var address = new Uri($"{(isPlain ? "http" : "https")}://{host}/");
        var isUnclear = !isPlain && access.CaBundle is null && RegistryConnection.IsLoopback(address.Host);
        var found = isUnclear || !access.Credential.IsAnonymous
            ? await AskAsync(address, isUnclear, connection, cancellationToken)
            : new RegistryFacts(address, null, IsAsked: false);
        facts[key] = found;
        return found;
    }

    /// <summary>Takes note of what a registry wants, so that the next request brings it.</summary>
    internal void Learned(string registry, RegistryAccess access, RegistryFacts found) =>
        facts[(registry, access.TrustKey)] = found;

    /// <summary>Forgets what is known of a registry: what comes back after it was away may be another.</summary>
    internal void Forget(string registry, RegistryAccess access) => facts.TryRemove((registry, access.TrustKey), out _);

    private async Task<RegistryFacts> AskAsync(
        Uri address, bool mayBePlain, RegistryConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(address, connection, cancellationToken)
                ?? new RegistryFacts(address, null, IsAsked: true);
        }
        catch (OciException e) when (mayBePlain && e.IsWithoutTls)
        {
            var plain = new UriBuilder(address) { Scheme = "http" }.Uri;
            return await AskAsync(plain, connection, cancellationToken)
                ?? throw new OciException(OciFailure.BadContent, $"{e.Message}; and no registry answers without it", e);
        }
    }

    /// <summary>The registry's answer to the question which version it speaks; null when no registry answered.</summary>
    private async Task<RegistryFacts?> AskAsync(Uri address, RegistryConnection connection, CancellationToken cancellationToken)
    {
        var call = new RegistryCall(HttpMethod.Get, "v2/");
        using var request = call.At(new Uri(address, call.Path));
        using var response = await connection.SendAsync(request, cancellationToken);
        if (RetrySchedule.IsTransient(response.StatusCode))
        {
            var words = await RegistryError.DescribeAsync(response, Options, Clock, cancellationToken);
            throw new OciException(OciFailure.Unavailable, $"GET {RegistryConnection.Place(request.RequestUri!)}: {words}")
            {
                RetryAfter = Retries.AskedFor(response),
            };
        }

        return response.StatusCode switch
        {
            HttpStatusCode.OK => new RegistryFacts(address, null, IsAsked: true),
            HttpStatusCode.Unauthorized => new RegistryFacts(address, AuthChallenge.Of(response.Headers), IsAsked: true),
            _ => null,
        };
    }

    private bool IsNamedPlain(string authority) =>
        Options.PlainHttpRegistries.Contains(authority, StringComparer.OrdinalIgnoreCase);

    private RegistryConnection ConnectionFor(RegistryAccess access)
    {
        if (connections.TryGetValue(access.TrustKey, out var known))
        {
            return known;
        }

        if (connections.Count >= ConnectionsMax)
        {
            // Not disposed: somebody may be reading. Idle connections close themselves.
            connections.Clear();
        }

        return connections.GetOrAdd(access.TrustKey, _ => new RegistryConnection(access.CaBundle, Options, Clock));
    }
}

/// <summary>What is known of a registry.</summary>
/// <param name="Address">Its address, with or without TLS.</param>
/// <param name="Challenge">What it wants requests to bring; null when nothing, or when it is not known.</param>
/// <param name="IsAsked">Whether it was asked.</param>
internal sealed record RegistryFacts(Uri Address, AuthChallenge? Challenge, bool IsAsked);
