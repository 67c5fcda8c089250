namespace Hortus.Objects.Kubernetes;

/// <summary>One environment variable.</summary>
public sealed record EnvVar : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    public string? Value { get; init; }

    public EnvVarSource? ValueFrom { get; init; }
}

/// <summary>Exactly one member is set.</summary>
public sealed record EnvVarSource : ApiType
{
    public ObjectFieldSelector? FieldRef { get; init; }

    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    public ConfigMapKeySelector? ConfigMapKeyRef { get; init; }

    public SecretKeySelector? SecretKeyRef { get; init; }
}

/// <summary>A field of the pod.</summary>
[AtomicMap]
public sealed record ObjectFieldSelector : ApiType
{
    [DefaultJson("\"v1\"")]
    public string? ApiVersion { get; init; }

    [Required]
    public string FieldPath { get => field ?? ""; init; }
}

/// <summary>A resource limit or request of a container.</summary>
[AtomicMap]
public sealed record ResourceFieldSelector : ApiType
{
    public string? ContainerName { get; init; }

    [Required]
    public string Resource { get => field ?? ""; init; }

    public Quantity? Divisor { get; init; }
}

/// <summary>A key of a config map in the same namespace.</summary>
[AtomicMap]
public sealed record ConfigMapKeySelector : ApiType
{
    public string Name { get => field ?? ""; init; }

    [Required]
    public string Key { get => field ?? ""; init; }

    public bool? Optional { get; init; }
}

/// <summary>A key of a secret in the same namespace.</summary>
[AtomicMap]
public sealed record SecretKeySelector : ApiType
{
    public string Name { get => field ?? ""; init; }

    [Required]
    public string Key { get => field ?? ""; init; }

    public bool? Optional { get; init; }
}

/// <summary>All keys of a config map or secret.</summary>
public sealed record EnvFromSource : ApiType
{
    public string? Prefix { get; init; }

    public ConfigMapEnvSource? ConfigMapRef { get; init; }

    public SecretEnvSource? SecretRef { get; init; }
}

/// <summary>Names a config map.</summary>
public sealed record ConfigMapEnvSource : ApiType
{
    public string Name { get => field ?? ""; init; }

    public bool? Optional { get; init; }
}

/// <summary>Names a secret.</summary>
public sealed record SecretEnvSource : ApiType
{
    public string Name { get => field ?? ""; init; }

    public bool? Optional { get; init; }
}
