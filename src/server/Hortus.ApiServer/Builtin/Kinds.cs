using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Builtin;

/// <summary>The built-in kinds that the server's own rules deal with.</summary>
internal static class Kinds
{
    public static ResourceKind Pod { get; } = ResourceKind.Of<Pod>();

    public static ResourceKind Node { get; } = ResourceKind.Of<Node>();

    public static ResourceKind Namespace { get; } = ResourceKind.Of<Namespace>();

    public static ResourceKind Service { get; } = ResourceKind.Of<Service>();

    public static ResourceKind Endpoints { get; } = ResourceKind.Of<Endpoints>();

    public static ResourceKind EndpointSlice { get; } = ResourceKind.Of<EndpointSlice>();

    public static ResourceKind Secret { get; } = ResourceKind.Of<Secret>();

    public static ResourceKind ConfigMap { get; } = ResourceKind.Of<ConfigMap>();

    public static ResourceKind ServiceAccount { get; } = ResourceKind.Of<ServiceAccount>();

    public static ResourceKind Event { get; } = ResourceKind.Of<Event>();

    public static ResourceKind Role { get; } = ResourceKind.Of<Role>();

    public static ResourceKind ClusterRole { get; } = ResourceKind.Of<ClusterRole>();

    public static ResourceKind RoleBinding { get; } = ResourceKind.Of<RoleBinding>();

    public static ResourceKind ClusterRoleBinding { get; } = ResourceKind.Of<ClusterRoleBinding>();

    public static ResourceKind PersistentVolume { get; } = ResourceKind.Of<PersistentVolume>();

    public static ResourceKind VolumeAttachment { get; } = ResourceKind.Of<VolumeAttachment>();

    public static ResourceKind PersistentVolumeClaim { get; } = ResourceKind.Of<PersistentVolumeClaim>();

    public static ResourceKind PodDisruptionBudget { get; } = ResourceKind.Of<PodDisruptionBudget>();

    public static ResourceKind PriorityClass { get; } = ResourceKind.Of<PriorityClass>();
}
