namespace Hortus.Objects.Gardener.Core;

/// <summary>Tells which extension kinds and types a controller serves and how it is deployed.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "ControllerRegistration", "controllerregistrations",
    Namespaced = false, ShortNames = "ctrlreg")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ControllerRegistration : KubernetesObject
{
    /// <summary>What is served and how it is deployed.</summary>
    public ControllerRegistrationSpec Spec { get => field ??= new ControllerRegistrationSpec(); init; }
}

/// <summary>What a controller serves and how it is deployed.</summary>
public sealed record ControllerRegistrationSpec : ApiType
{
    /// <summary>Kinds and types that the controller serves.</summary>
    [ListMap("kind", "type")]
    public IReadOnlyList<ControllerResource>? Resources { get; init; }

    /// <summary>How the controller is deployed; absent when somebody else does it.</summary>
    public ControllerRegistrationDeployment? Deployment { get; init; }
}

/// <summary>A kind and type that a controller serves.</summary>
public sealed record ControllerResource : ApiType
{
    /// <summary>Extension kind, such as Infrastructure.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }

    /// <summary>Type of the kind, such as local.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>How long a reconciliation may take before it counts as failed.</summary>
    public string? ReconcileTimeout { get; init; }

    /// <summary>Whether the controller owns the type's lifecycle; true when absent, one per kind and type.</summary>
    public bool? Primary { get; init; }

    /// <summary>When the resource is handled, relative to the API server.</summary>
    public ControllerResourceLifecycle? Lifecycle { get; init; }

    /// <summary>Whether shoots without workers can use the type.</summary>
    public bool? WorkerlessSupported { get; init; }

    /// <summary>Cluster kinds (shoot, seed, garden) that get the extension without asking.</summary>
    public IReadOnlyList<string>? AutoEnable { get; init; }

    /// <summary>Cluster kinds (shoot, seed, garden) that can use the extension.</summary>
    public IReadOnlyList<string>? ClusterCompatibility { get; init; }

    /// <summary>Whether the exposure is updated whenever endpoints change.</summary>
    public bool? ContinuousEndpointUpdate { get; init; }
}

/// <summary>When a resource is handled, relative to the API server of its cluster.</summary>
public sealed record ControllerResourceLifecycle : ApiType
{
    /// <summary>BeforeKubeAPIServer, AfterKubeAPIServer or AfterWorker.</summary>
    public string? Reconcile { get; init; }

    /// <summary>BeforeKubeAPIServer or AfterKubeAPIServer.</summary>
    public string? Delete { get; init; }

    /// <summary>BeforeKubeAPIServer or AfterKubeAPIServer.</summary>
    public string? Migrate { get; init; }
}

/// <summary>How a controller is deployed.</summary>
public sealed record ControllerRegistrationDeployment : ApiType
{
    /// <summary>OnDemand, Always or AlwaysExceptNoShoots.</summary>
    public string? Policy { get; init; }

    /// <summary>Seeds on which the controller may be deployed.</summary>
    public LabelSelector? SeedSelector { get; init; }

    /// <summary>ControllerDeployments to install; one is supported.</summary>
    public IReadOnlyList<DeploymentRef>? DeploymentRefs { get; init; }
}

/// <summary>Names a ControllerDeployment.</summary>
public sealed record DeploymentRef : ApiType
{
    /// <summary>Name of the ControllerDeployment.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }
}
