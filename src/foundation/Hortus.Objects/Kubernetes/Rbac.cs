namespace Hortus.Objects.Kubernetes;

/// <summary>Permissions in a namespace.</summary>
[KubernetesResource("rbac.authorization.k8s.io", "v1", "Role", "roles")]
public sealed record Role : KubernetesObject
{
    public IReadOnlyList<PolicyRule>? Rules { get; init; }
}

/// <summary>Permissions in the cluster, or in namespaces through role bindings.</summary>
[KubernetesResource("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", Namespaced = false)]
public sealed record ClusterRole : KubernetesObject
{
    public IReadOnlyList<PolicyRule>? Rules { get; init; }

    public AggregationRule? AggregationRule { get; init; }
}

/// <summary>One permission.</summary>
public sealed record PolicyRule : ApiType
{
    [Required]
    public IReadOnlyList<string> Verbs { get => field ??= []; init; }

    public IReadOnlyList<string>? ApiGroups { get; init; }

    public IReadOnlyList<string>? Resources { get; init; }

    public IReadOnlyList<string>? ResourceNames { get; init; }

    public IReadOnlyList<string>? NonResourceURLs { get; init; }
}

/// <summary>Roles whose rules this one takes over.</summary>
public sealed record AggregationRule : ApiType
{
    public IReadOnlyList<LabelSelector>? ClusterRoleSelectors { get; init; }
}

/// <summary>Grants a role to subjects in a namespace.</summary>
[KubernetesResource("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings")]
public sealed record RoleBinding : KubernetesObject
{
    public IReadOnlyList<Subject>? Subjects { get; init; }

    [Required]
    public RoleRef RoleRef { get => field ??= new RoleRef(); init; }
}

/// <summary>Grants a cluster role to subjects everywhere.</summary>
[KubernetesResource("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", Namespaced = false)]
public sealed record ClusterRoleBinding : KubernetesObject
{
    public IReadOnlyList<Subject>? Subjects { get; init; }

    [Required]
    public RoleRef RoleRef { get => field ??= new RoleRef(); init; }
}

/// <summary>A user, group or service account.</summary>
[AtomicMap]
public sealed record Subject : ApiType
{
    /// <summary><c>User</c>, <c>Group</c> or <c>ServiceAccount</c>.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }

    public string? ApiGroup { get; init; }

    [Required]
    public string Name { get => field ?? ""; init; }

    public string? Namespace { get; init; }
}

/// <summary>The role that is granted.</summary>
[AtomicMap]
public sealed record RoleRef : ApiType
{
    public string ApiGroup { get => field ?? ""; init; }

    [Required]
    public string Kind { get => field ?? ""; init; }

    [Required]
    public string Name { get => field ?? ""; init; }
}
