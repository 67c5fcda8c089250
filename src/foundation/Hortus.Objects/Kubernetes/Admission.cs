namespace Hortus.Objects.Kubernetes;

/// <summary>Servers that may refuse changes.</summary>
[KubernetesResource("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration",
    "validatingwebhookconfigurations", Namespaced = false, Categories = "api-extensions")]
public sealed record ValidatingWebhookConfiguration : KubernetesObject
{
    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<ValidatingWebhook>? Webhooks { get; init; }
}

/// <summary>Servers that may change what is written.</summary>
[KubernetesResource("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration",
    "mutatingwebhookconfigurations", Namespaced = false, Categories = "api-extensions")]
public sealed record MutatingWebhookConfiguration : KubernetesObject
{
    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<MutatingWebhook>? Webhooks { get; init; }
}

/// <summary>One server and what it is asked about.</summary>
public sealed record ValidatingWebhook : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public WebhookClientConfig ClientConfig { get => field ??= new WebhookClientConfig(); init; }

    public IReadOnlyList<RuleWithOperations>? Rules { get; init; }

    [DefaultJson("\"Fail\""), AllowedValues("Fail", "Ignore")]
    public string? FailurePolicy { get; init; }

    [DefaultJson("\"Equivalent\""), AllowedValues("Exact", "Equivalent")]
    public string? MatchPolicy { get; init; }

    [DefaultJson("{}")]
    public LabelSelector? NamespaceSelector { get; init; }

    [DefaultJson("{}")]
    public LabelSelector? ObjectSelector { get; init; }

    [Required]
    public string SideEffects { get => field ?? ""; init; }

    [DefaultJson("10")]
    public int? TimeoutSeconds { get; init; }

    [Required]
    public IReadOnlyList<string> AdmissionReviewVersions { get => field ??= []; init; }

    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<MatchCondition>? MatchConditions { get; init; }
}

/// <summary>One server and what it is asked about.</summary>
public sealed record MutatingWebhook : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public WebhookClientConfig ClientConfig { get => field ??= new WebhookClientConfig(); init; }

    public IReadOnlyList<RuleWithOperations>? Rules { get; init; }

    [DefaultJson("\"Fail\""), AllowedValues("Fail", "Ignore")]
    public string? FailurePolicy { get; init; }

    [DefaultJson("\"Equivalent\""), AllowedValues("Exact", "Equivalent")]
    public string? MatchPolicy { get; init; }

    [DefaultJson("{}")]
    public LabelSelector? NamespaceSelector { get; init; }

    [DefaultJson("{}")]
    public LabelSelector? ObjectSelector { get; init; }

    [Required]
    public string SideEffects { get => field ?? ""; init; }

    [DefaultJson("10")]
    public int? TimeoutSeconds { get; init; }

    [Required]
    public IReadOnlyList<string> AdmissionReviewVersions { get => field ??= []; init; }

    [DefaultJson("\"Never\""), AllowedValues("Never", "IfNeeded")]
    public string? ReinvocationPolicy { get; init; }

    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<MatchCondition>? MatchConditions { get; init; }
}

/// <summary>How to reach a webhook; url or service.</summary>
public sealed record WebhookClientConfig : ApiType
{
    public string? Url { get; init; }

    public ServiceReference? Service { get; init; }

    public byte[]? CaBundle { get; init; }
}

/// <summary>A path on a service.</summary>
public sealed record ServiceReference : ApiType
{
    [Required]
    public string Namespace { get => field ?? ""; init; }

    [Required]
    public string Name { get => field ?? ""; init; }

    public string? Path { get; init; }

    [DefaultJson("443")]
    public int? Port { get; init; }
}

/// <summary>Which requests a webhook is asked about.</summary>
public sealed record RuleWithOperations : ApiType
{
    public IReadOnlyList<string>? Operations { get; init; }

    public IReadOnlyList<string>? ApiGroups { get; init; }

    public IReadOnlyList<string>? ApiVersions { get; init; }

    public IReadOnlyList<string>? Resources { get; init; }

    [DefaultJson("\"*\"")]
    public string? Scope { get; init; }
}

/// <summary>A CEL expression that must hold.</summary>
public sealed record MatchCondition : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public string Expression { get => field ?? ""; init; }
}
