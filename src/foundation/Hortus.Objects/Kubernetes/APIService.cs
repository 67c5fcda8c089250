namespace Hortus.Objects.Kubernetes;

/// <summary>Sends an API group version to another server.</summary>
[KubernetesResource("apiregistration.k8s.io", "v1", "APIService", "apiservices", Namespaced = false,
    HasStatus = true, Categories = "api-extensions")]
public sealed record APIService : KubernetesObject
{
    public APIServiceSpec Spec { get => field ??= new APIServiceSpec(); init; }

    public APIServiceStatus Status { get => field ??= new APIServiceStatus(); init; }
}

/// <summary>Which group version, and where it is served.</summary>
public sealed record APIServiceSpec : ApiType
{
    public APIServiceReference? Service { get; init; }

    public string? Group { get; init; }

    public string? Version { get; init; }

    public bool? InsecureSkipTLSVerify { get; init; }

    public byte[]? CaBundle { get; init; }

    [Required]
    public int GroupPriorityMinimum { get; init; }

    [Required]
    public int VersionPriority { get; init; }
}

/// <summary>A service; absent for group versions served here.</summary>
public sealed record APIServiceReference : ApiType
{
    public string? Namespace { get; init; }

    public string? Name { get; init; }

    [DefaultJson("443")]
    public int? Port { get; init; }
}

/// <summary>Whether it is available.</summary>
public sealed record APIServiceStatus : ApiType
{
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<APIServiceCondition>? Conditions { get; init; }
}

/// <summary>One observation.</summary>
public sealed record APIServiceCondition : ApiType, ICondition<APIServiceCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    APIServiceCondition ICondition<APIServiceCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
