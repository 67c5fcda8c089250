using System.Numerics;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Defaults;

/// <summary>Defaults of a shoot's Kubernetes settings.</summary>
internal static class KubernetesDefaults
{
    private const int MaxPodsDefault = 110;

    public static Kubernetes Apply(Kubernetes kubernetes, Networking? networking, bool workerless)
    {
        var withServer = kubernetes with { KubeAPIServer = ApiServer(kubernetes.KubeAPIServer) };
        return workerless
            ? withServer
            : withServer with
            {
                KubeControllerManager = ControllerManager(kubernetes, networking),
                KubeScheduler = Scheduler(kubernetes.KubeScheduler),
                KubeProxy = Proxy(kubernetes.KubeProxy),
                Kubelet = Kubelet(kubernetes.Kubelet),
                ClusterAutoscaler = Autoscaler(kubernetes.ClusterAutoscaler),
            };
    }

    private static KubeAPIServerConfig ApiServer(KubeAPIServerConfig? given)
    {
        var config = given ?? new KubeAPIServerConfig();
        return config with
        {
            Requests = (config.Requests ?? new APIServerRequests()) with
            {
                MaxNonMutatingInflight = config.Requests?.MaxNonMutatingInflight ?? 400,
                MaxMutatingInflight = config.Requests?.MaxMutatingInflight ?? 200,
            },
            EventTTL = config.EventTTL ?? "1h0m0s",
            Logging = (config.Logging ?? new APIServerLogging()) with { Verbosity = config.Logging?.Verbosity ?? 2 },
            DefaultNotReadyTolerationSeconds = config.DefaultNotReadyTolerationSeconds ?? 300,
            DefaultUnreachableTolerationSeconds = config.DefaultUnreachableTolerationSeconds ?? 300,
            EncryptionConfig = (config.EncryptionConfig ?? new EncryptionConfig()) with
            {
                Provider = new EncryptionProvider { Type = config.EncryptionConfig?.Provider.Type ?? "aescbc" },
            },
        };
    }

    private static KubeControllerManagerConfig ControllerManager(Kubernetes kubernetes, Networking? networking)
    {
        var config = kubernetes.KubeControllerManager ?? new KubeControllerManagerConfig();
        var families = networking?.IpFamilies ?? ["IPv4"];
        var maxPods = kubernetes.Kubelet?.MaxPods ?? MaxPodsDefault;
        return config with
        {
            NodeCIDRMaskSize = config.NodeCIDRMaskSize ?? (families.Contains("IPv4") ? MaskSize(maxPods) : null),
            NodeCIDRMaskSizeIPv6 = config.NodeCIDRMaskSizeIPv6 ?? (families.Contains("IPv6") ? 64 : null),
            NodeMonitorGracePeriod = config.NodeMonitorGracePeriod ?? "40s",
        };
    }

    // Twice the pods, so that addresses of pods that have just ended are not needed at once.
    private static int MaskSize(int maxPods) =>
        32 - (BitOperations.Log2((uint)Math.Max(1, (2 * maxPods) - 1)) + 1);

    private static KubeSchedulerConfig Scheduler(KubeSchedulerConfig? given)
    {
        var config = given ?? new KubeSchedulerConfig();
        return config with { Profile = config.Profile ?? "balanced" };
    }

    private static KubeProxyConfig Proxy(KubeProxyConfig? given)
    {
        var config = given ?? new KubeProxyConfig();
        return config with { Mode = config.Mode ?? "IPTables", Enabled = config.Enabled ?? true };
    }

    private static KubeletConfig Kubelet(KubeletConfig? given)
    {
        var config = given ?? new KubeletConfig();
        return config with
        {
            FailSwapOn = config.FailSwapOn ?? true,
            ImageGCHighThresholdPercent = config.ImageGCHighThresholdPercent ?? 50,
            ImageGCLowThresholdPercent = config.ImageGCLowThresholdPercent ?? 40,
            SerializeImagePulls = config.SerializeImagePulls ?? true,
        };
    }

    private static ClusterAutoscaler Autoscaler(ClusterAutoscaler? given)
    {
        var config = given ?? new ClusterAutoscaler();
        return config with
        {
            ScaleDownUnneededTime = config.ScaleDownUnneededTime ?? "30m0s",
            ScaleDownDelayAfterAdd = config.ScaleDownDelayAfterAdd ?? "1h0m0s",
            ScaleDownDelayAfterFailure = config.ScaleDownDelayAfterFailure ?? "3m0s",
            ScaleDownDelayAfterDelete = config.ScaleDownDelayAfterDelete ?? "0s",
            ScaleDownUtilizationThreshold = config.ScaleDownUtilizationThreshold ?? 0.5,
            ScanInterval = config.ScanInterval ?? "10s",
            Expander = config.Expander ?? "least-waste",
            MaxNodeProvisionTime = config.MaxNodeProvisionTime ?? "20m0s",
            MaxGracefulTerminationSeconds = config.MaxGracefulTerminationSeconds ?? 600,
        };
    }
}
