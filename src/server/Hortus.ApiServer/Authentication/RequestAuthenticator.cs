using Hortus.ApiServer.Audit;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Authentication;

/// <summary>
/// Who a request acts as: front proxy, client certificate, bearer token, in this order, or anonymous where that is
/// allowed;
/// then impersonation.
/// </summary>
internal sealed class RequestAuthenticator(
    IReadOnlyList<IAuthenticator> authenticators, Impersonation impersonation, bool anonymous) : IAuthenticator
{
    /// <inheritdoc/>
    public async ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var user = await FindAsync(http, cancellationToken);
        if (user is null && Impersonation.IsAsked(http.Request.Headers))
        {
            user = anonymous ? UserInfo.Anonymous : throw ApiErrors.Unauthorized();
        }

        if (user is null)
        {
            return null;
        }

        http.Features.Set(new AuditUsers(user, null));
        var effective = await impersonation.ApplyAsync(user, http.Request.Headers, cancellationToken);
        if (!ReferenceEquals(effective, user))
        {
            http.Features.Set(new AuditUsers(user, effective));
        }

        return effective;
    }

    private async ValueTask<UserInfo?> FindAsync(HttpContext http, CancellationToken cancellationToken)
    {
        foreach (var authenticator in authenticators)
        {
            if (await authenticator.AuthenticateAsync(http, cancellationToken) is { } user)
            {
                http.Request.Headers.Remove("Authorization");
                return user;
            }
        }

        return null;
    }
}
