using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Authentication;

/// <summary>Tells who makes a request from one sort of credentials.</summary>
public interface IAuthenticator
{
    /// <summary>
    /// The user, or null when the request carries no credentials this authenticator recognizes as its own.
    /// </summary>
    /// <exception cref="Requests.ApiStatusException">401: credentials of its sort are there but wrong.</exception>
    ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken);
}
