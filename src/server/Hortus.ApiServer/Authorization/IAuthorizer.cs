using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Authorization;

/// <summary>Says whether a user may do something. Authorizers are asked in order until one allows or denies.</summary>
public interface IAuthorizer
{
    ValueTask<AuthorizationDecision> AuthorizeAsync(
        UserInfo user, RequestInfo request, CancellationToken cancellationToken);
}

/// <summary>What an authorizer thinks.</summary>
public enum AuthorizationVerdict
{
    NoOpinion,
    Allow,
    Deny,
}

/// <summary>A verdict with its reason.</summary>
/// <param name="Verdict">The verdict; all NoOpinion means denied.</param>
/// <param name="Reason">Shown to the user when denied; may be empty.</param>
public readonly record struct AuthorizationDecision(AuthorizationVerdict Verdict, string Reason)
{
    public static AuthorizationDecision Allow(string reason = "") => new(AuthorizationVerdict.Allow, reason);

    public static AuthorizationDecision Deny(string reason = "") => new(AuthorizationVerdict.Deny, reason);

    public static AuthorizationDecision NoOpinion(string reason = "") => new(AuthorizationVerdict.NoOpinion, reason);
}
