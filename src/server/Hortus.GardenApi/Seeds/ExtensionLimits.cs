namespace Hortus.GardenApi.Seeds;

/// <summary>What gardenlets may do and the extensions of their seeds may not: get other identities, take part in the choice of the leading
/// gardenlet, and decide what the seed is.</summary>
internal static class ExtensionLimits
{
    private const string SystemNamespace = "kube-system";

    /// <summary>Whether a request is one that an extension may make if the gardenlet of its seed may.</summary>
    public static bool Leave(string seed, SeedRequest request) => (request.Group, request.Resource) switch
    {
        ("", "serviceaccounts") => request.Verb == "get",
        ("", "serviceaccounts/token") => false,
        ("", "secrets") => request.Namespace != SystemNamespace && (request.IsRead || !request.IsInSpaceOf(seed)),
        ("", "configmaps") => request.IsRead || !request.IsInSpaceOf(seed),
        ("coordination.k8s.io", "leases") => request.IsInSpaceOf(seed),
        ("certificates.k8s.io", _) => request.IsRead,
        ("core.gardener.cloud", "seeds") => request.Verb is not ("create" or "delete"),
        ("seedmanagement.gardener.cloud", _) => request.IsRead,
        _ => true,
    };
}
