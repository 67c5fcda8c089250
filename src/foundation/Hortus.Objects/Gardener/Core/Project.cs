using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>A team: its members, and the namespace in which its shoots and credentials live.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "Project", "projects",
    Namespaced = false, HasStatus = true, ShortNames = "proj")]
[PrinterColumn("Namespace", "string", ".spec.namespace")]
[PrinterColumn("Status", "string", ".status.phase")]
[PrinterColumn("Owner", "string", ".spec.owner.name")]
[PrinterColumn("Creator", "string", ".spec.createdBy.name")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Project : KubernetesObject
{
    /// <summary>Who belongs to the project and which namespace it has.</summary>
    public ProjectSpec Spec { get => field ??= new ProjectSpec(); init; }

    /// <summary>What the controller made of it.</summary>
    public ProjectStatus? Status { get; init; }
}

/// <summary>Members and namespace of a project.</summary>
public sealed record ProjectSpec : ApiType
{
    /// <summary>Who created the project; set by the API server and fixed from then on.</summary>
    public Subject? CreatedBy { get; init; }

    /// <summary>What the project is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Who answers for the project; the creator when absent.</summary>
    public Subject? Owner { get; init; }

    /// <summary>What the project is for, for people.</summary>
    public string? Purpose { get; init; }

    /// <summary>People and accounts with their roles.</summary>
    public IReadOnlyList<ProjectMember>? Members { get; init; }

    /// <summary>The project's namespace; generated when absent, fixed once set.</summary>
    public string? Namespace { get; init; }

    /// <summary>Which seed taints the project's shoots may or do tolerate.</summary>
    public ProjectTolerations? Tolerations { get; init; }

    /// <summary>Resources whose deletion needs a second person.</summary>
    public IReadOnlyList<DualApprovalForDeletion>? DualApprovalForDeletion { get; init; }
}

/// <summary>What the controller made of a project.</summary>
public sealed record ProjectStatus : ApiType
{
    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Pending, Ready, Failed or Terminating.</summary>
    public string? Phase { get; init; }

    /// <summary>Since when nothing in the project is used.</summary>
    public DateTimeOffset? StaleSinceTimestamp { get; init; }

    /// <summary>When the unused project will be deleted.</summary>
    public DateTimeOffset? StaleAutoDeleteTimestamp { get; init; }

    /// <summary>When something in the project last changed.</summary>
    public DateTimeOffset? LastActivityTimestamp { get; init; }
}

/// <summary>A subject with roles in the project.</summary>
public sealed record ProjectMember : ApiType
{
    /// <summary>API group of the subject's kind.</summary>
    public string? ApiGroup { get; init; }

    /// <summary>User, Group or ServiceAccount.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }

    /// <summary>Name of the subject.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Namespace of a ServiceAccount.</summary>
    public string? Namespace { get; init; }

    /// <summary>First role: admin, viewer, uam, serviceaccountmanager, owner or extension:NAME.</summary>
    [Required]
    public string Role { get => field ?? ""; init; }

    /// <summary>Further roles.</summary>
    public IReadOnlyList<string>? Roles { get; init; }
}

/// <summary>Tolerations that a project's shoots may or do have.</summary>
public sealed record ProjectTolerations : ApiType
{
    /// <summary>Added to every shoot of the project.</summary>
    public IReadOnlyList<Toleration>? Defaults { get; init; }

    /// <summary>Tolerations that shoots of the project may use.</summary>
    public IReadOnlyList<Toleration>? Whitelist { get; init; }
}

/// <summary>Demands that deletion is confirmed by one subject and done by another.</summary>
public sealed record DualApprovalForDeletion : ApiType
{
    /// <summary>Resource that is protected; shoots is supported.</summary>
    [Required]
    public string Resource { get => field ?? ""; init; }

    /// <summary>Which objects are protected.</summary>
    [Required]
    public LabelSelector Selector { get => field ??= new LabelSelector(); init; }

    /// <summary>Whether service accounts need a second approval too; true when absent.</summary>
    public bool? IncludeServiceAccounts { get; init; }
}
