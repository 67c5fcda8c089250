namespace Hortus.ResourceManager;

/// <summary>The order in which kinds are applied: what others need comes first. The same as Helm's.</summary>
internal static class InstallOrder
{
    private static readonly string[] Kinds =
    [
        "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget",
        "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim",
        "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList", "Role",
        "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet",
        "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService",
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    ];

    private static readonly Dictionary<string, int> Ranks = Kinds.Index().ToDictionary(k => k.Item, k => k.Index);

    // What workloads and custom resources may still need while they end.
    private static readonly HashSet<string> NeededToTheEnd =
    [
        "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "ServiceAccount", "Secret", "ConfigMap",
        "StorageClass", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding",
    ];

    /// <summary>Place of a kind; kinds of other projects come last, even when they are called like a built-in one.</summary>
    public static int RankOf(string group, string kind) =>
        IsBuiltIn(group) && Ranks.TryGetValue(kind, out var rank) ? rank : Kinds.Length;

    /// <summary>Whether objects of the kind are only deleted when all others of the same ManagedResource are gone.</summary>
    public static bool IsDeletedLast(string group, string kind) => IsBuiltIn(group) && NeededToTheEnd.Contains(kind);

    private static bool IsBuiltIn(string group) =>
        !group.Contains('.', StringComparison.Ordinal) || group.EndsWith(".k8s.io", StringComparison.Ordinal);
}
