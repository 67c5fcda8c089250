using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>Kubernetes settings of a Shoot.</summary>
internal static class ShootKubernetesValidator
{
    public static void Check(ShootSpec spec, FieldPath path, FieldErrors errors)
    {
        var kubernetes = spec.Kubernetes;
        if (string.IsNullOrEmpty(kubernetes.Version))
        {
            errors.Required(path["version"], "kubernetes version must not be empty");
        }
        else if (!SemanticVersion.TryParse(kubernetes.Version, out _))
        {
            errors.Invalid(path["version"], kubernetes.Version, "must be a version such as 1.34.2");
        }

        if (kubernetes.EnableStaticTokenKubeconfig == true)
        {
            errors.Invalid(path["enableStaticTokenKubeconfig"], true,
                "static token kubeconfigs are not supported, use the subresource shoots/adminkubeconfig");
        }

        ApiServer(kubernetes.KubeAPIServer, path["kubeAPIServer"], errors);
        Names.OneOf(
            kubernetes.KubeScheduler?.Profile, path["kubeScheduler"]["profile"], errors, "balanced", "bin-packing");
        Names.OneOf(kubernetes.KubeProxy?.Mode, path["kubeProxy"]["mode"], errors, "IPTables", "IPVS", "NFTables");
        Kubelet(kubernetes.Kubelet, path["kubelet"], errors);
        NodeMask(kubernetes, path["kubeControllerManager"]["nodeCIDRMaskSize"], errors);
    }

    public static void Kubelet(KubeletConfig? config, FieldPath path, FieldErrors errors)
    {
        if (config is null)
        {
            return;
        }

        NotNegative(config.MaxPods, path["maxPods"], errors);
        NotNegative(config.EvictionMaxPodGracePeriod, path["evictionMaxPodGracePeriod"], errors);
        Percentage(config.ImageGCHighThresholdPercent, path["imageGCHighThresholdPercent"], errors);
        Percentage(config.ImageGCLowThresholdPercent, path["imageGCLowThresholdPercent"], errors);
        Names.OneOf(config.CpuManagerPolicy, path["cpuManagerPolicy"], errors, "none", "static");
        if (config.PodPidsLimit is < 100)
        {
            errors.Invalid(path["podPidsLimit"], config.PodPidsLimit, "must be at least 100");
        }

        if (config.ImageGCLowThresholdPercent >= config.ImageGCHighThresholdPercent)
        {
            errors.Forbidden(path["imageGCLowThresholdPercent"], "must be less than imageGCHighThresholdPercent");
        }
    }

    private static void ApiServer(KubeAPIServerConfig? config, FieldPath path, FieldErrors errors)
    {
        if (config is null)
        {
            return;
        }

        NotNegative(config.Requests?.MaxMutatingInflight, path["requests"]["maxMutatingInflight"], errors);
        NotNegative(config.Requests?.MaxNonMutatingInflight, path["requests"]["maxNonMutatingInflight"], errors);
        Names.OneOf(config.EncryptionConfig?.Provider.Type, path["encryptionConfig"]["provider"]["type"], errors,
            "aescbc", "aesgcm", "secretbox");
        Names.OneOf(config.TlsMinVersion, path["tlsMinVersion"], errors, "VersionTLS12", "VersionTLS13");
    }

    private static void NodeMask(Kubernetes kubernetes, FieldPath path, FieldErrors errors)
    {
        if (kubernetes.KubeControllerManager?.NodeCIDRMaskSize is not { } size)
        {
            return;
        }

        if (size is < 16 or > 28)
        {
            errors.Invalid(path, size, "must be between 16 and 28");
            return;
        }

        var addresses = 1 << (32 - size);
        if (kubernetes.Kubelet?.MaxPods is { } pods && pods > addresses)
        {
            errors.Invalid(
                path, size, $"a node has {addresses} addresses with this size, but kubelet.maxPods is {pods}");
        }
    }

    private static void NotNegative(int? value, FieldPath path, FieldErrors errors)
    {
        if (value is < 0)
        {
            errors.Invalid(path, value, "must be greater than or equal to 0");
        }
    }

    private static void Percentage(int? value, FieldPath path, FieldErrors errors)
    {
        if (value is < 0 or > 100)
        {
            errors.Invalid(path, value, "must be between 0 and 100");
        }
    }
}
