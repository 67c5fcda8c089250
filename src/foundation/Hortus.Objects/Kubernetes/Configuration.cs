namespace Hortus.Objects.Kubernetes;

/// <summary>Settings by key.</summary>
[KubernetesResource("", "v1", "ConfigMap", "configmaps", ShortNames = "cm")]
public sealed record ConfigMap : KubernetesObject
{
    public bool? Immutable { get; init; }

    public IReadOnlyDictionary<string, string>? Data { get; init; }

    public IReadOnlyDictionary<string, byte[]>? BinaryData { get; init; }
}

/// <summary>Secret settings by key.</summary>
[KubernetesResource("", "v1", "Secret", "secrets")]
public sealed record Secret : KubernetesObject
{
    public bool? Immutable { get; init; }

    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }

    /// <summary>Write only: the server moves it into <see cref="Data"/>.</summary>
    public IReadOnlyDictionary<string, string>? StringData { get; init; }

    [DefaultJson("\"Opaque\"")]
    public string? Type { get; init; }
}

/// <summary>An identity for pods.</summary>
[KubernetesResource("", "v1", "ServiceAccount", "serviceaccounts", ShortNames = "sa")]
public sealed record ServiceAccount : KubernetesObject
{
    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<ObjectReference>? Secrets { get; init; }

    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }

    public bool? AutomountServiceAccountToken { get; init; }
}

/// <summary>Limits and defaults of resources in a namespace.</summary>
[KubernetesResource("", "v1", "LimitRange", "limitranges", ShortNames = "limits")]
public sealed record LimitRange : KubernetesObject
{
    public LimitRangeSpec Spec { get => field ??= new LimitRangeSpec(); init; }
}

/// <summary>The limits.</summary>
public sealed record LimitRangeSpec : ApiType
{
    [Required]
    public IReadOnlyList<LimitRangeItem> Limits { get => field ??= []; init; }
}

/// <summary>Limits of one type.</summary>
public sealed record LimitRangeItem : ApiType
{
    [Required]
    public string Type { get => field ?? ""; init; }

    public IReadOnlyDictionary<string, Quantity>? Max { get; init; }

    public IReadOnlyDictionary<string, Quantity>? Min { get; init; }

    public IReadOnlyDictionary<string, Quantity>? Default { get; init; }

    public IReadOnlyDictionary<string, Quantity>? DefaultRequest { get; init; }

    public IReadOnlyDictionary<string, Quantity>? MaxLimitRequestRatio { get; init; }
}

/// <summary>Bound on what a namespace uses in total.</summary>
[KubernetesResource("", "v1", "ResourceQuota", "resourcequotas", ShortNames = "quota", HasStatus = true)]
public sealed record ResourceQuota : KubernetesObject
{
    public ResourceQuotaSpec Spec { get => field ??= new ResourceQuotaSpec(); init; }

    public ResourceQuotaStatus Status { get => field ??= new ResourceQuotaStatus(); init; }
}

/// <summary>The bounds.</summary>
public sealed record ResourceQuotaSpec : ApiType
{
    public IReadOnlyDictionary<string, Quantity>? Hard { get; init; }

    public IReadOnlyList<string>? Scopes { get; init; }

    public ScopeSelector? ScopeSelector { get; init; }
}

/// <summary>Which objects count.</summary>
[AtomicMap]
public sealed record ScopeSelector : ApiType
{
    public IReadOnlyList<ScopedResourceSelectorRequirement>? MatchExpressions { get; init; }
}

/// <summary>One requirement.</summary>
public sealed record ScopedResourceSelectorRequirement : ApiType
{
    [Required]
    public string ScopeName { get => field ?? ""; init; }

    [Required]
    public string Operator { get => field ?? ""; init; }

    public IReadOnlyList<string>? Values { get; init; }
}

/// <summary>The use.</summary>
public sealed record ResourceQuotaStatus : ApiType
{
    public IReadOnlyDictionary<string, Quantity>? Hard { get; init; }

    public IReadOnlyDictionary<string, Quantity>? Used { get; init; }
}

/// <summary>Puts a pod on a node (subresource of pods).</summary>
[KubernetesResource("", "v1", "Binding", "bindings")]
public sealed record Binding : KubernetesObject
{
    [Required]
    public ObjectReference Target { get => field ??= new ObjectReference(); init; }
}
