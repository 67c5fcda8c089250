using Hortus.KubeControllers.Accounts;
using Hortus.KubeControllers.Batch;
using Hortus.KubeControllers.Certificates;
using Hortus.KubeControllers.Collection;
using Hortus.KubeControllers.Disruption;
using Hortus.KubeControllers.Namespaces;
using Hortus.KubeControllers.Network;
using Hortus.KubeControllers.Nodes;
using Hortus.KubeControllers.Scheduling;
using Hortus.KubeControllers.Volumes;
using Hortus.KubeControllers.Workloads;

namespace Hortus.KubeControllers;

/// <summary>A controller by the names that <c>--controllers</c> takes: upstream's present one and its short
/// one.</summary>
internal sealed record ControllerEntry(string Name, string ShortName, Action<ControllerSetup> Add);

/// <summary>All controllers.</summary>
internal static class ControllerCatalog
{
    public static IReadOnlyList<ControllerEntry> All { get; } =
    [
        new("deployment-controller", "deployment", DeploymentReconciler.Add),
        new("replicaset-controller", "replicaset", ReplicaSetReconciler.Add),
        new("statefulset-controller", "statefulset", StatefulSetReconciler.Add),
        new("daemonset-controller", "daemonset", DaemonSetReconciler.Add),
        new("job-controller", "job", JobReconciler.Add),
        new("cronjob-controller", "cronjob", CronJobReconciler.Add),
        new("pod-scheduler", "scheduler", PodScheduler.Add),
        new("endpoints-controller", "endpoint", EndpointsReconciler.Add),
        new("serviceaccount-controller", "serviceaccount", ServiceAccountReconciler.Add),
        new("serviceaccount-token-controller", "serviceaccount-token", TokenSecretReconciler.Add),
        new("root-ca-certificate-publisher-controller", "root-ca-cert-publisher", RootCertificateReconciler.Add),
        new("token-cleaner-controller", "tokencleaner", BootstrapTokenCleaner.Add),
        new("certificatesigningrequest-approving-controller", "csrapproving", KubeletClientApprover.Add),
        // Not one of upstream's, where nobody approves these unless somebody brings an approver.
        new("kubelet-serving-approving-controller", "kubeletservingapproving", KubeletServingApprover.Add),
        new("certificatesigningrequest-signing-controller", "csrsigning", RequestSigner.Add),
        new("certificatesigningrequest-cleaner-controller", "csrcleaner", RequestCleaner.Add),
        new("persistentvolume-binder-controller", "persistentvolume-binder", LocalVolumeProvisioner.Add),
        new("garbage-collector-controller", "garbagecollector", GarbageCollector.Add),
        new("namespace-controller", "namespace", NamespaceReconciler.Add),
        new("node-ipam-controller", "nodeipam", NodeRangeReconciler.Add),
        new("node-lifecycle-controller", "nodelifecycle", NodeLifecycleReconciler.Add),
        new("taint-eviction-controller", "taint-eviction", PodEvictor.Add),
        new("pod-garbage-collector-controller", "podgc", PodCollector.Add),
        new("disruption-controller", "disruption", DisruptionReconciler.Add),
    ];
}
