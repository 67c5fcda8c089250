using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Hosting;

/// <summary>Asks authenticators in order. Filled once all plug-ins are there, as plug-ins get it too.</summary>
internal sealed class AuthenticatorChain : IAuthenticator
{
    public IReadOnlyList<IAuthenticator> All { get; set; } = [];

    public async ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        foreach (var authenticator in All)
        {
            if (await authenticator.AuthenticateAsync(http, cancellationToken) is { } user)
            {
                return user;
            }
        }

        return null;
    }
}

/// <summary>Asks authorizers in order. Filled once all plug-ins are there, as plug-ins get it too.</summary>
internal sealed class AuthorizerChain : IAuthorizer
{
    public IReadOnlyList<IAuthorizer> All { get; set; } = [];

    public async ValueTask<AuthorizationDecision> AuthorizeAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken)
    {
        if (user.Groups.Contains(UserInfo.MastersGroup))
        {
            return AuthorizationDecision.Allow();
        }

        var reasons = new List<string>();
        foreach (var authorizer in All)
        {
            var decision = await authorizer.AuthorizeAsync(user, request, cancellationToken);
            if (decision.Verdict != AuthorizationVerdict.NoOpinion)
            {
                return decision;
            }

            if (!string.IsNullOrEmpty(decision.Reason))
            {
                reasons.Add(decision.Reason);
            }
        }

        return AuthorizationDecision.NoOpinion(string.Join("; ", reasons));
    }
}
