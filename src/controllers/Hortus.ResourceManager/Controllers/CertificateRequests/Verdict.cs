namespace Hortus.ResourceManager.Certificates;

/// <summary>What becomes of a certificate request.</summary>
internal enum VerdictKind
{
    /// <summary>Others decide.</summary>
    None,

    Approve,

    Deny,

    /// <summary>What it is judged by may be on its way.</summary>
    Wait,
}

/// <summary>What becomes of a certificate request, and why.</summary>
internal readonly record struct Verdict(VerdictKind Kind, string Reason)
{
    public static Verdict None => default;

    public static Verdict Approve(string reason) => new(VerdictKind.Approve, reason);

    public static Verdict Deny(string reason) => new(VerdictKind.Deny, reason);

    public static Verdict Wait(string reason) => new(VerdictKind.Wait, reason);
}
