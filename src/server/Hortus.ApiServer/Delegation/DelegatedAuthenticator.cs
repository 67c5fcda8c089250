using System.Security.Cryptography;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Hortus.Pki;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Delegation;

/// <summary>Knows users as the host does: told by its front proxy, by client certificate, or by token that the host reviews.</summary>
internal sealed class DelegatedAuthenticator(
    IHostCluster host, IAuthorizer authorizer, bool anonymous, TimeProvider time) : IAuthenticator
{
    private readonly Lock gate = new();
    private readonly HostTokens tokens = new(host, time);
    private (ClientTrust Trust, RequestAuthenticator Authenticator)? current;

    /// <inheritdoc/>
    public async ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (host.Trust is { } trust && host.NotReadyReason is null)
        {
            return await For(trust).AuthenticateAsync(http, cancellationToken);
        }

        // Health is asked without credentials; whoever shows some must not be taken for somebody else.
        return http.Connection.ClientCertificate is null && !BearerTokenAuthenticator.HasToken(http)
            ? null
            : throw ApiErrors.ServiceUnavailable("this server waits for its host cluster: " + host.NotReadyReason);
    }

    private RequestAuthenticator For(ClientTrust trust)
    {
        lock (gate)
        {
            if (!ReferenceEquals(current?.Trust, trust))
            {
                current = (trust, Create(trust));
            }

            return current!.Value.Authenticator;
        }
    }

    private RequestAuthenticator Create(ClientTrust trust)
    {
        var headers = new FrontProxyHeaders(
            trust.ProxyNames, trust.UsernameHeaders, trust.GroupHeaders, trust.ExtraPrefixes);
        return new RequestAuthenticator(
            [
                new FrontProxyAuthenticator(Verifier(trust.ProxyCa), headers),
                new CertificateAuthenticator(Verifier(trust.ClientCa)),
                new BearerTokenAuthenticator([tokens], []),
            ],
            new Impersonation(authorizer),
            anonymous);
    }

    private CertificateVerifier? Verifier(string? roots) =>
        roots is null ? null : new CertificateVerifier(Pem.ReadBundle(roots), time);
}

/// <summary>Tokens that the host reviews; what it said is kept for a while.</summary>
internal sealed class HostTokens(IHostCluster host, TimeProvider time) : ITokenAuthenticator
{
    private static readonly TimeSpan KnownTime = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan UnknownTime = TimeSpan.FromSeconds(10);

    private readonly AnswerCache<UserInfo?> answers = new(time);

    /// <inheritdoc/>
    public async ValueTask<TokenOwner?> AuthenticateAsync(
        string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken)
    {
        // The token itself is not kept.
        var key = Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token)));
        var user = await answers.GetAsync(
            key,
            () => host.ReviewTokenAsync(token, cancellationToken),
            found => found is null ? UnknownTime : KnownTime);
        return user is null ? null : new TokenOwner(user, audiences);
    }
}
