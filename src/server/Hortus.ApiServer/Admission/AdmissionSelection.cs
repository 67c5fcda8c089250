using Hortus.ApiServer.Admission.Webhooks;

namespace Hortus.ApiServer.Admission;

/// <summary>Which admission plug-ins run: all that are there, less those that <c>--disable-admission-plugins</c> names.</summary>
internal static class AdmissionSelection
{
    /// <summary>Plug-ins of kube-apiserver, whether or not they are here: disabling one that is not here is no mistake.</summary>
    private static readonly string[] Upstream =
    [
        "AlwaysAdmit", "AlwaysDeny", "AlwaysPullImages", "CertificateApproval", "CertificateSigning",
        "CertificateSubjectRestriction", "ClusterTrustBundleAttest", "DefaultIngressClass", "DefaultStorageClass",
        "DefaultTolerationSeconds", "DenyServiceExternalIPs", "EventRateLimit", "ExtendedResourceToleration",
        "ImagePolicyWebhook", "LimitPodHardAntiAffinityTopology", "LimitRanger", "MutatingAdmissionPolicy",
        "MutatingAdmissionWebhook", "NamespaceAutoProvision", "NamespaceExists", "NamespaceLifecycle", "NodeRestriction",
        "OwnerReferencesPermissionEnforcement", "PersistentVolumeClaimResize", "PodNodeSelector", "PodSecurity",
        "PodTolerationRestriction", "PodTopologyLabels", "Priority", "ResourceQuota", "RuntimeClass", "ServiceAccount",
        "StorageObjectInUseProtection", "TaintNodesByCondition", "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook",
    ];

    /// <summary>What the chain itself runs around the plug-ins.</summary>
    private static readonly string[] Chained = [MutatingWebhooks.PluginName, ValidatingWebhooks.PluginName];

    /// <summary>The plug-ins that run, in their order.</summary>
    /// <exception cref="IOException">A name is unknown, asked for and not here, or in both lists; the message says
    /// which.</exception>
    public static IReadOnlyList<IAdmissionPlugin> Of(IReadOnlyList<IAdmissionPlugin> all, ApiServerOptions options)
    {
        var known = all.Select(p => p.Name).Concat(Chained).ToHashSet(StringComparer.Ordinal);
        var missing = options.EnableAdmissionPlugins.Where(n => !known.Contains(n)).ToList();
        if (missing.Count > 0)
        {
            throw new IOException($"--enable-admission-plugins: {string.Join(", ", missing)} "
                + $"{(missing.Count == 1 ? "is" : "are")} not served; these are, and run without being named: "
                + string.Join(", ", known.Order(StringComparer.Ordinal)));
        }

        var unknown = options.DisableAdmissionPlugins.Where(n => !known.Contains(n) && !Upstream.Contains(n)).ToList();
        if (unknown.Count > 0)
        {
            throw new IOException($"--disable-admission-plugins: no plug-in is called {string.Join(", ", unknown)}; "
                + $"there are {string.Join(", ", known.Order(StringComparer.Ordinal))}");
        }

        var both = options.EnableAdmissionPlugins.Intersect(options.DisableAdmissionPlugins).ToList();
        return both.Count == 0
            ? [.. all.Where(p => !options.DisableAdmissionPlugins.Contains(p.Name))]
            : throw new IOException(
                $"{string.Join(", ", both)}: named in --enable-admission-plugins and in --disable-admission-plugins; choose one");
    }
}
