namespace Hortus.Conformance.Tests.Running;

/// <summary>The cluster the suite is held against: one of its own, or with a kubeconfig any other.</summary>
internal static class Target
{
    /// <summary>Names the kubeconfig of an administrator of another cluster.</summary>
    public const string Variable = "HORTUS_CONFORMANCE_KUBECONFIG";

    /// <summary>Why a test does not run against another cluster.</summary>
    public const string NeedsOwnServer = "starts, kills or configures the server, which only a cluster of the suite's own allows";

    /// <summary>Kubeconfig of the other cluster; null means that the suite starts its own.</summary>
    public static string? Kubeconfig { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file ? Path.GetFullPath(file) : null;

    public static bool IsForeign => Kubeconfig is not null;
}

/// <summary>A test that runs only against a cluster of the suite's own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnServerFactAttribute : FactAttribute
{
    public OwnServerFactAttribute()
    {
        if (Target.IsForeign)
        {
            Skip = Target.NeedsOwnServer;
        }
    }
}

/// <summary>A test with data that runs only against a cluster of the suite's own.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnServerTheoryAttribute : TheoryAttribute
{
    public OwnServerTheoryAttribute()
    {
        if (Target.IsForeign)
        {
            Skip = Target.NeedsOwnServer;
        }
    }
}
