namespace Hortus.ApiServer.Authentication;

/// <summary>Tells whose a bearer token is. Also behind TokenReview.</summary>
public interface ITokenAuthenticator
{
    /// <summary>The owner of a token, or null when the token is not of the sort this authenticator knows.</summary>
    /// <param name="token">The token as sent.</param>
    /// <param name="audiences">The token must be meant for one of these; sorts of tokens without audience ignore
    /// it.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="Requests.ApiStatusException">401: a token of its sort that is forged, expired or
    /// revoked.</exception>
    ValueTask<TokenOwner?> AuthenticateAsync(
        string token, IReadOnlyList<string> audiences, CancellationToken cancellationToken);
}

/// <summary>Whose a token is.</summary>
/// <param name="User">The user.</param>
/// <param name="Audiences">Those of the audiences asked for that the token is meant for.</param>
public sealed record TokenOwner(UserInfo User, IReadOnlyList<string> Audiences);
