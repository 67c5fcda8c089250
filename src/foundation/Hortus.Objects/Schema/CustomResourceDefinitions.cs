using System.Collections.Concurrent;
using System.Reflection;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects;

/// <summary>Derives CustomResourceDefinitions from the C# types, so that who installs a kind needs no
/// manifest.</summary>
public static class CustomResourceDefinitions
{
    private static readonly ConcurrentDictionary<Type, CustomResourceDefinition> Made = new();

    /// <summary>The definition of a kind: names, columns, subresources and schema. Made once per type and
    /// shared.</summary>
    /// <exception cref="ArgumentException">The type has no <see cref="KubernetesResourceAttribute"/>.</exception>
    public static CustomResourceDefinition For(Type kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return Made.GetOrAdd(kind, Make);
    }

    /// <summary>The definition as a YAML manifest, for installation without Hortus.</summary>
    public static string Manifest(Type kind)
    {
        var definition = KubernetesJson.ToNode(For(kind));
        definition.Remove("status");
        return KubernetesYaml.Write(definition);
    }

    /// <summary>The file name of the manifest: group and plural, such as
    /// <c>core.gardener.cloud_shoots.yaml</c>.</summary>
    public static string ManifestName(Type kind)
    {
        var spec = For(kind).Spec;
        return $"{spec.Group}_{spec.Names.Plural}.yaml";
    }

    /// <summary>The columns of <c>kubectl get</c> that a type declares, in order.</summary>
    public static IReadOnlyList<CustomResourceColumnDefinition> Columns(Type kind) =>
    [
        .. kind.GetCustomAttributes<PrinterColumnAttribute>().Select(c => new CustomResourceColumnDefinition
        {
            Name = c.Name,
            Type = c.Type,
            JsonPath = c.JsonPath,
            Priority = c.Priority == 0 ? null : c.Priority,
            Description = c.Description.Length == 0 ? null : c.Description,
        }),
    ];

    private static CustomResourceDefinition Make(Type type)
    {
        var kind = ResourceKind.Find(type)
            ?? throw new ArgumentException($"{type} is no kind: it has no KubernetesResource attribute");
        return new CustomResourceDefinition
        {
            Metadata = new ObjectMeta { Name = kind.GroupResource },
            Spec = new CustomResourceDefinitionSpec
            {
                Group = kind.Group,
                Scope = kind.Namespaced ? "Namespaced" : "Cluster",
                Names = new CustomResourceDefinitionNames
                {
                    Kind = kind.Kind,
                    ListKind = kind.Kind + "List",
                    Plural = kind.Plural,
                    Singular = kind.Kind.ToLowerInvariant(),
                    ShortNames = kind.ShortNames.Count == 0 ? null : kind.ShortNames,
                    Categories = kind.Categories.Count == 0 ? null : kind.Categories,
                },
                Versions = [Version(type, kind)],
            },
        };
    }

    private static CustomResourceDefinitionVersion Version(Type type, ResourceKind kind)
    {
        var columns = Columns(type);
        return new CustomResourceDefinitionVersion
        {
            Name = kind.Version,
            Served = true,
            Storage = true,
            AdditionalPrinterColumns = columns.Count == 0 ? null : columns,
            Subresources = Subresources(kind),
            Schema = new CustomResourceValidation
            {
                OpenAPIV3Schema = JsonSchemaConversion.FromNode(SchemaBuilder.ForCustomResource(type)),
            },
        };
    }

    private static CustomResourceSubresources? Subresources(ResourceKind kind) => kind switch
    {
        { HasStatus: false, HasScale: false } => null,
        _ => new CustomResourceSubresources
        {
            Status = kind.HasStatus ? new CustomResourceSubresourceStatus() : null,
            Scale = kind.HasScale
                ? new CustomResourceSubresourceScale
                {
                    SpecReplicasPath = ".spec.replicas",
                    StatusReplicasPath = ".status.replicas",
                }
                : null,
        },
    };
}
