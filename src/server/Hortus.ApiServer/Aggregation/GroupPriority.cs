using Hortus.Objects;

namespace Hortus.ApiServer.Aggregation;

/// <summary>Where a group version stands in discovery: clients take the first group that has what they look for.</summary>
/// <param name="Group">Greater groups come first.</param>
/// <param name="Version">Greater versions of a group come first; 0 leaves the order to the versions' names.</param>
internal readonly record struct GroupPriority(int Group, int Version)
{
    private const int CustomGroup = 1000;
    private const int CustomVersion = 100;
    private const int VersionDefault = 15;
    private const int Highest = 18000;
    private const int Step = 100;

    // The built-in groups in the order in which clients shall see them.
    private static readonly string[] Order =
    [
        "", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch",
        "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
        "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io",
        "discovery.k8s.io", "flowcontrol.apiserver.k8s.io", "apiregistration.k8s.io",
    ];

    /// <summary>The place of a group version that this server serves itself.</summary>
    public static GroupPriority OfLocal(GroupVersion version, bool isCustom)
    {
        var index = Array.IndexOf(Order, version.Group);
        return index < 0 || isCustom
            ? new GroupPriority(CustomGroup, CustomVersion)
            : new GroupPriority(Highest - (Step * index), VersionOf(version.Version));
    }

    private static int VersionOf(string version) =>
        version.Contains("alpha", StringComparison.Ordinal) ? 1
        : version.Contains("beta", StringComparison.Ordinal) ? 9
        : version == "v1" ? VersionDefault
        : 2 * VersionDefault;
}
