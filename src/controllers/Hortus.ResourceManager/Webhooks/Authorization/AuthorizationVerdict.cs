namespace Hortus.ResourceManager.Webhooks.Authorization;

/// <summary>Whether something is allowed.</summary>
/// <param name="IsAllowed">Nobody else is asked.</param>
/// <param name="IsDenied">Nobody else is asked either.</param>
/// <param name="Reason">Why it is denied.</param>
internal sealed record AuthorizationVerdict(bool IsAllowed, bool IsDenied, string? Reason)
{
    /// <summary>Others decide.</summary>
    public static AuthorizationVerdict NoOpinion { get; } = new(false, false, null);

    public static AuthorizationVerdict Allow { get; } = new(true, false, null);

    public static AuthorizationVerdict Deny(string reason) => new(false, true, reason);
}
