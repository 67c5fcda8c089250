namespace Hortus.Objects.Gardener.Rules;

/// <summary>When an extension controller comes to a seed.</summary>
public static class DeploymentPolicies
{
    /// <summary>While something on the seed needs it; the default.</summary>
    public const string OnDemand = "OnDemand";

    /// <summary>Always.</summary>
    public const string Always = "Always";

    /// <summary>While the seed has shoots.</summary>
    public const string AlwaysExceptNoShoots = "AlwaysExceptNoShoots";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Always, AlwaysExceptNoShoots, OnDemand];
}
