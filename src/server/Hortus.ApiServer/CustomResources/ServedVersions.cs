using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Discovery;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using SelectableField = Hortus.ApiServer.Registry.SelectableField;

namespace Hortus.ApiServer.CustomResources;

/// <summary>Makes resource definitions from CustomResourceDefinitions.</summary>
internal static class ServedVersions
{
    /// <summary>One definition per served version.</summary>
    /// <param name="source">The custom resource definition.</param>
    /// <param name="prefix">Start of all keys, without a slash at the end.</param>
    /// <param name="objects">Where scales are read and written.</param>
    /// <param name="time">Clock.</param>
    /// <param name="converter">Converts between the versions; null when only their names differ.</param>
    public static IEnumerable<ResourceDefinition> Create(
        CustomResourceDefinition source, string prefix, IObjectAccess objects, TimeProvider time, IObjectConverter? converter)
    {
        var (spec, names) = (source.Spec, source.Spec.Names);
        var storage = spec.Versions.FirstOrDefault(v => v.Storage)?.Name ?? spec.Versions[0].Name;
        var stored = SchemaOf(spec.Versions.FirstOrDefault(v => v.Storage) ?? spec.Versions[0]);
        foreach (var version in spec.Versions.Where(v => v.Served))
        {
            var schema = new Lazy<SchemaNode>(() => SchemaOf(version));
            yield return new ResourceDefinition
            {
                Kind = new ResourceKind
                {
                    Group = spec.Group,
                    Version = version.Name,
                    Kind = names.Kind,
                    Plural = names.Plural,
                    Namespaced = spec.Scope == "Namespaced",
                    ShortNames = names.ShortNames ?? [],
                    Categories = names.Categories ?? [],
                    HasStatus = version.Subresources?.Status is not null,
                },
                ListKind = names.ListKind ?? names.Kind + "List",
                Singular = names.Singular ?? names.Kind.ToLowerInvariant(),
                Schema = () => schema.Value,
                Strategy = new CustomResourceStrategy(),
                Columns = [.. (version.AdditionalPrinterColumns ?? []).Select(ColumnOf)],
                SelectableFields = [.. (version.SelectableFields ?? []).Select(f => FieldOf(f.JsonPath))],
                Subresources = SubresourcesOf(version, objects, time),
                StoragePrefix = $"{prefix}/{spec.Group}/{names.Plural}/",
                StorageApiVersion = $"{spec.Group}/{storage}",
                IsCustom = true,
                DeprecationWarning = WarningOf(spec, version),
                Converter = converter,
                View = StoredView.Create($"{spec.Group}/{version.Name}", stored, converter),
            };
        }
    }

    private static string? WarningOf(CustomResourceDefinitionSpec spec, CustomResourceDefinitionVersion version)
    {
        if (version.Deprecated != true)
        {
            return null;
        }

        if (!string.IsNullOrEmpty(version.DeprecationWarning))
        {
            return version.DeprecationWarning;
        }

        var text = $"{spec.Group}/{version.Name} {spec.Names.Kind} is deprecated";
        var better = spec.Versions.Where(v => v.Served && v.Deprecated != true)
            .OrderBy(v => v.Name, VersionOrder.Instance)
            .FirstOrDefault(v => VersionOrder.Instance.Compare(v.Name, version.Name) < 0);
        return better is null ? text : $"{text}; use {spec.Group}/{better.Name} {spec.Names.Kind}";
    }

    private static SchemaNode SchemaOf(CustomResourceDefinitionVersion version) =>
        version.Schema?.OpenAPIV3Schema is { } props
            ? props.ToSchemaNode()
            : new SchemaNode { Type = "object", PreserveUnknownFields = true };

    /// <summary>Reads an openAPIV3Schema.</summary>
    public static SchemaNode SchemaOf(JsonObject schema) =>
        KubernetesJson.Deserialize<JSONSchemaProps>(schema).ToSchemaNode();

    private static Dictionary<string, SubresourceDefinition> SubresourcesOf(
        CustomResourceDefinitionVersion version, IObjectAccess objects, TimeProvider time) => version.Subresources?.Scale is { } scale
        ? new Dictionary<string, SubresourceDefinition>
        {
            ["scale"] = new()
            {
                Name = "scale",
                Verbs = ["get", "patch", "update"],
                Kind = ScaleHandler.ScaleKind,
                Handler = new ScaleHandler(
                    objects,
                    ScalePaths.Parse(scale.SpecReplicasPath, scale.StatusReplicasPath, scale.LabelSelectorPath),
                    time),
            },
        }
        : [];

    private static TableColumn ColumnOf(CustomResourceColumnDefinition column)
    {
        var path = JsonPathExpression.Parse(column.JsonPath);
        return new TableColumn(column.Name, column.Type, path.Evaluate, column.Priority ?? 0, column.Description ?? "");
    }

    private static SelectableField FieldOf(string path)
    {
        var dotted = path.TrimStart('.');
        return new SelectableField(dotted, o => JsonPaths.Text(o, dotted));
    }
}

/// <summary>The rules of custom resources: writes must name the version they replace.</summary>
internal sealed class CustomResourceStrategy : ResourceStrategy
{
    public override bool AllowUnconditionalUpdate => false;
}
