using System.Text.Json;

namespace Hortus.Objects.Kubernetes;

/// <summary>Routes HTTP from outside to services.</summary>
[KubernetesResource("networking.k8s.io", "v1", "Ingress", "ingresses", ShortNames = "ing", HasStatus = true)]
public sealed record Ingress : KubernetesObject
{
    public IngressSpec Spec { get => field ??= new IngressSpec(); init; }

    public IngressStatus Status { get => field ??= new IngressStatus(); init; }
}

/// <summary>The routes.</summary>
public sealed record IngressSpec : ApiType
{
    public string? IngressClassName { get; init; }

    public IngressBackend? DefaultBackend { get; init; }

    public IReadOnlyList<IngressTLS>? Tls { get; init; }

    public IReadOnlyList<IngressRule>? Rules { get; init; }
}

/// <summary>Exactly one member is set.</summary>
public sealed record IngressBackend : ApiType
{
    public IngressServiceBackend? Service { get; init; }

    public TypedLocalObjectReference? Resource { get; init; }
}

/// <summary>A port of a service.</summary>
public sealed record IngressServiceBackend : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    public ServiceBackendPort? Port { get; init; }
}

/// <summary>By name or number.</summary>
[AtomicMap]
public sealed record ServiceBackendPort : ApiType
{
    public string? Name { get; init; }

    public int? Number { get; init; }
}

/// <summary>A certificate for hosts.</summary>
public sealed record IngressTLS : ApiType
{
    public IReadOnlyList<string>? Hosts { get; init; }

    public string? SecretName { get; init; }
}

/// <summary>The routes of a host.</summary>
public sealed record IngressRule : ApiType
{
    public string? Host { get; init; }

    public HTTPIngressRuleValue? Http { get; init; }
}

/// <summary>The routes by path.</summary>
public sealed record HTTPIngressRuleValue : ApiType
{
    [Required]
    public IReadOnlyList<HTTPIngressPath> Paths { get => field ??= []; init; }
}

/// <summary>One route.</summary>
public sealed record HTTPIngressPath : ApiType
{
    public string? Path { get; init; }

    [Required, AllowedValues("Exact", "Prefix", "ImplementationSpecific")]
    public string PathType { get => field ?? ""; init; }

    [Required]
    public IngressBackend Backend { get => field ??= new IngressBackend(); init; }
}

/// <summary>Where the routes are served.</summary>
public sealed record IngressStatus : ApiType
{
    public LoadBalancerStatus? LoadBalancer { get; init; }
}

/// <summary>A controller that serves routes.</summary>
[KubernetesResource("networking.k8s.io", "v1", "IngressClass", "ingressclasses", Namespaced = false)]
public sealed record IngressClass : KubernetesObject
{
    public IngressClassSpec Spec { get => field ??= new IngressClassSpec(); init; }
}

/// <summary>Which controller.</summary>
public sealed record IngressClassSpec : ApiType
{
    public string? Controller { get; init; }

    [PreserveUnknownFields]
    public JsonElement? Parameters { get; init; }
}
