namespace Hortus.Objects.Kubernetes;

/// <summary>Adds a kind to the API.</summary>
[KubernetesResource("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions",
    ShortNames = "crd,crds", Namespaced = false, HasStatus = true, Categories = "api-extensions")]
public sealed record CustomResourceDefinition : KubernetesObject
{
    public CustomResourceDefinitionSpec Spec { get => field ??= new CustomResourceDefinitionSpec(); init; }

    public CustomResourceDefinitionStatus Status { get => field ??= new CustomResourceDefinitionStatus(); init; }
}

/// <summary>The kind.</summary>
public sealed record CustomResourceDefinitionSpec : ApiType
{
    [Required]
    public string Group { get => field ?? ""; init; }

    [Required]
    public CustomResourceDefinitionNames Names { get => field ??= new CustomResourceDefinitionNames(); init; }

    [Required, AllowedValues("Cluster", "Namespaced")]
    public string Scope { get => field ?? ""; init; }

    [Required]
    public IReadOnlyList<CustomResourceDefinitionVersion> Versions { get => field ??= []; init; }

    public CustomResourceConversion? Conversion { get; init; }

    public bool? PreserveUnknownFields { get; init; }
}

/// <summary>The names of the kind.</summary>
public sealed record CustomResourceDefinitionNames : ApiType
{
    [Required]
    public string Plural { get => field ?? ""; init; }

    public string? Singular { get; init; }

    public IReadOnlyList<string>? ShortNames { get; init; }

    [Required]
    public string Kind { get => field ?? ""; init; }

    public string? ListKind { get; init; }

    public IReadOnlyList<string>? Categories { get; init; }
}

/// <summary>One version of the kind.</summary>
public sealed record CustomResourceDefinitionVersion : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public bool Served { get; init; }

    [Required]
    public bool Storage { get; init; }

    public bool? Deprecated { get; init; }

    public string? DeprecationWarning { get; init; }

    public CustomResourceValidation? Schema { get; init; }

    public CustomResourceSubresources? Subresources { get; init; }

    public IReadOnlyList<CustomResourceColumnDefinition>? AdditionalPrinterColumns { get; init; }

    public IReadOnlyList<SelectableField>? SelectableFields { get; init; }
}

/// <summary>The schema of a version.</summary>
public sealed record CustomResourceValidation : ApiType
{
    public JSONSchemaProps? OpenAPIV3Schema { get; init; }
}

/// <summary>The subresources of a version.</summary>
public sealed record CustomResourceSubresources : ApiType
{
    public CustomResourceSubresourceStatus? Status { get; init; }

    public CustomResourceSubresourceScale? Scale { get; init; }
}

/// <summary>Present when there is a status subresource.</summary>
public sealed record CustomResourceSubresourceStatus : ApiType
{

}

/// <summary>Where the scale fields are.</summary>
public sealed record CustomResourceSubresourceScale : ApiType
{
    [Required]
    public string SpecReplicasPath { get => field ?? ""; init; }

    [Required]
    public string StatusReplicasPath { get => field ?? ""; init; }

    public string? LabelSelectorPath { get; init; }
}

/// <summary>A column of <c>kubectl get</c>.</summary>
public sealed record CustomResourceColumnDefinition : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public string Type { get => field ?? ""; init; }

    public string? Format { get; init; }

    public string? Description { get; init; }

    public int? Priority { get; init; }

    [Required]
    public string JsonPath { get => field ?? ""; init; }
}

/// <summary>A field that field selectors can use.</summary>
public sealed record SelectableField : ApiType
{
    [Required]
    public string JsonPath { get => field ?? ""; init; }
}

/// <summary>How objects move between versions.</summary>
public sealed record CustomResourceConversion : ApiType
{
    [Required, AllowedValues("None", "Webhook")]
    public string Strategy { get => field ?? ""; init; }

    public WebhookConversion? Webhook { get; init; }
}

/// <summary>The server that converts.</summary>
public sealed record WebhookConversion : ApiType
{
    public WebhookClientConfig? ClientConfig { get; init; }

    [Required]
    public IReadOnlyList<string> ConversionReviewVersions { get => field ??= []; init; }
}

/// <summary>Whether the kind is served.</summary>
public sealed record CustomResourceDefinitionStatus : ApiType
{
    [ListMap("type")]
    public IReadOnlyList<CustomResourceDefinitionCondition>? Conditions { get; init; }

    public CustomResourceDefinitionNames? AcceptedNames { get; init; }

    public IReadOnlyList<string>? StoredVersions { get; init; }
}

/// <summary>One observation about the kind.</summary>
public sealed record CustomResourceDefinitionCondition : ApiType, ICondition<CustomResourceDefinitionCondition>
{
    /// <summary><c>Established</c>, <c>NamesAccepted</c>, ...</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public long? ObservedGeneration { get; init; }

    CustomResourceDefinitionCondition ICondition<CustomResourceDefinitionCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
