namespace Hortus.Objects.Kubernetes;

/// <summary>The built-in kinds that this library declares; the list saves start-up from scanning the assembly.</summary>
public static class BuiltInKinds
{
    /// <summary>Every type with a <see cref="KubernetesResourceAttribute"/> in this namespace.</summary>
    public static IReadOnlyList<Type> All { get; } =
    [
        typeof(Pod),
        typeof(PersistentVolume),
        typeof(PersistentVolumeClaim),
        typeof(Namespace),
        typeof(Node),
        typeof(Service),
        typeof(Endpoints),
        typeof(ConfigMap),
        typeof(Secret),
        typeof(ServiceAccount),
        typeof(LimitRange),
        typeof(ResourceQuota),
        typeof(Binding),
        typeof(Event),
        typeof(Deployment),
        typeof(ReplicaSet),
        typeof(StatefulSet),
        typeof(DaemonSet),
        typeof(ControllerRevision),
        typeof(Job),
        typeof(CronJob),
        typeof(Role),
        typeof(ClusterRole),
        typeof(RoleBinding),
        typeof(ClusterRoleBinding),
        typeof(Lease),
        typeof(EndpointSlice),
        typeof(CertificateSigningRequest),
    ];
}
