using System.Net;
using System.Net.Http.Headers;

namespace Hortus.Oci;

/// <summary>Sends the requests about one repository: finds the registry, proves who asks, follows redirects, and tries again.</summary>
internal sealed class RepositoryChannel(
    RegistryClient client, OciReference repository, RegistryAccess access, RegistryConnection connection)
{
    private const int RedirectsMax = 5;

    public RegistryOptions Options => client.Options;

    public TimeProvider Clock => client.Clock;

    public RetrySchedule Retries => client.Retries;

    /// <summary>Sends a request until there is an answer that another try would not change.</summary>
    /// <returns>Any answer except 408, 429 and 5xx.</returns>
    /// <exception cref="OciException">There is none.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryCall call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            OciException failure;
            try
            {
                var response = await SendOnceAsync(call, cancellationToken);
                if (!RetrySchedule.IsTransient(response.StatusCode))
                {
                    return response;
                }

                using (response)
                {
                    failure = await FailureAsync(response, cancellationToken);
                }
            }
            catch (OciException e) when (e.Failure == OciFailure.Unavailable)
            {
                client.Forget(repository.Registry, access);
                failure = e;
            }

            if (!Retries.MayTryAfter(tries))
            {
                throw failure;
            }

            await Retries.WaitAsync(tries, failure.RetryAfter, cancellationToken);
        }
    }

    /// <summary>What a refusal means.</summary>
    public async Task<OciException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var request = response.RequestMessage!;
        var words = await RegistryError.DescribeAsync(response, Options, Clock, cancellationToken);
        var kind = RegistryError.KindOf(response.StatusCode);
        var hint = kind == OciFailure.Denied ? $"; {access.Hint()}" : "";
        return new OciException(
            kind, access.Credential.Scrub($"{request.Method} {RegistryConnection.Place(request.RequestUri!)}: {words}{hint}"))
        {
            RetryAfter = Retries.AskedFor(response),
        };
    }

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryCall call, CancellationToken cancellationToken)
    {
        var facts = await client.FactsAsync(repository.Registry, access, connection, cancellationToken);
        var proof = await ProveAsync(facts, call, asked: null, cancellationToken);
        var response = await FollowAsync(call, facts.Address, proof.Header, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || !IsSameOrigin(response.RequestMessage!.RequestUri!, facts.Address)
            || AuthChallenge.Of(response.Headers) is not { } challenge || !IsWorthAnother(challenge, proof))
        {
            return response;
        }

        response.Dispose();
        facts = facts with { Challenge = challenge with { Scope = null }, IsAsked = true };
        client.Learned(repository.Registry, access, facts);
        client.Tokens.Forget(KeyOf(call));
        proof = await ProveAsync(facts, call, challenge.Scope, cancellationToken);
        return await FollowAsync(call, facts.Address, proof.Header, cancellationToken);
    }

    /// <summary>Whether a request that was refused can be made with another proof.</summary>
    private bool IsWorthAnother(AuthChallenge challenge, Proof proof) => challenge.IsBearer
        ? access.Credential.RegistryToken is null && !(proof.IsNew && (challenge.Scope is null || challenge.Scope == proof.Scope))
        : proof.Header?.Scheme != AuthChallenge.Basic && access.Credential.Basic() is not null;

    private async Task<Proof> ProveAsync(
        RegistryFacts facts, RegistryCall call, string? asked, CancellationToken cancellationToken)
    {
        if (access.Credential.RegistryToken is { } given)
        {
            return new Proof(new AuthenticationHeaderValue(AuthChallenge.Bearer, given), null, IsNew: false);
        }

        if (facts.Challenge is not { } challenge)
        {
            return new Proof(null, null, IsNew: false);
        }

        if (!challenge.IsBearer)
        {
            var basic = access.Credential.Basic();
            return new Proof(basic is null ? null : new AuthenticationHeaderValue(AuthChallenge.Basic, basic), null, IsNew: false);
        }

        var key = KeyOf(call);
        var scope = asked ?? $"repository:{repository.Repository}:{(call.Writes ? "pull,push" : "pull")}";
        var kept = client.Tokens.Kept(key);
        var token = kept ?? await client.Tokens.FetchAsync(
            key, RealmOf(challenge), challenge with { Scope = scope }, access.Credential, connection, cancellationToken);
        return new Proof(new AuthenticationHeaderValue(AuthChallenge.Bearer, token.Value), scope, kept is null);
    }

    private Uri RealmOf(AuthChallenge challenge)
    {
        if (!Uri.TryCreate(challenge.Realm, UriKind.Absolute, out var realm) || realm.Scheme is not ("https" or "http"))
        {
            throw new OciException(
                OciFailure.BadContent, $"the registry {repository.Registry} names no token server (realm \"{challenge.Realm}\")");
        }

        return realm.Scheme == "https" || client.MayBePlain(realm) ? realm : throw new OciException(
            OciFailure.Untrusted,
            $"the token server {RegistryConnection.Place(realm)} has no TLS, and would read the credentials on their way");
    }

    private async Task<HttpResponseMessage> FollowAsync(
        RegistryCall call, Uri registry, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        var address = call.Address ?? new Uri(registry, call.Path);
        for (var redirects = 0; ; redirects++)
        {
            var request = call.At(address);
            request.Headers.Authorization = IsSameOrigin(address, registry) ? authorization : null;
            var response = await connection.SendAsync(request, cancellationToken);
            if (!IsRedirect(response.StatusCode, call) || response.Headers.Location is not { } location)
            {
                return response;
            }

            response.Dispose();
            var next = new Uri(address, location);
            if (redirects == RedirectsMax)
            {
                throw new OciException(
                    OciFailure.BadContent, $"{RegistryConnection.Place(next)}: redirected more than {RedirectsMax} times");
            }

            if (next.Scheme != "https" && !(next.Scheme == "http" && (address.Scheme == "http" || client.MayBePlain(next))))
            {
                throw new OciException(
                    OciFailure.Untrusted,
                    $"{RegistryConnection.Place(address)} redirects to {RegistryConnection.Place(next)}, a place without TLS");
            }

            address = next;
        }
    }

    private TokenKey KeyOf(RegistryCall call) => new(repository.Name, call.Writes, access.Fingerprint);

    private static bool IsRedirect(HttpStatusCode code, RegistryCall call) =>
        code is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        || (code is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther && call.Content is null
            && call.Method != HttpMethod.Post && call.Method != HttpMethod.Put);

    private static bool IsSameOrigin(Uri one, Uri other) =>
        one.Scheme == other.Scheme && one.IdnHost.Equals(other.IdnHost, StringComparison.OrdinalIgnoreCase) && one.Port == other.Port;

    /// <summary>What a request brings.</summary>
    /// <param name="Header">Null for nothing.</param>
    /// <param name="Scope">What a token allows; null for other proofs.</param>
    /// <param name="IsNew">Whether the token was got for this request.</param>
    private sealed record Proof(AuthenticationHeaderValue? Header, string? Scope, bool IsNew);
}
