using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.OpenApi;

/// <summary>The OpenAPI v3 document of one group version.</summary>
internal sealed class OpenApiDocument(GroupVersion version)
{
    private const string MetadataName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private readonly JsonObject paths = [];
    private readonly OpenApiSchemas schemas = new();

    /// <summary>Adds a resource: its schema and the operations on it.</summary>
    public void Add(ResourceDefinition definition)
    {
        var name = AddSchema(definition);
        var kind = definition.Kind;
        var root = version.Group.Length == 0 ? $"/api/{version.Version}" : $"/apis/{version}";
        var collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Plural}" : $"{root}/{kind.Plural}";
        var operations = new OpenApiOperations(kind, name, !definition.IsCustom);
        var verbs = definition.Verbs;
        AddPath(collection, operations.Collection(verbs));
        if (definition.Virtual is not null)
        {
            return;
        }

        if (kind.Namespaced)
        {
            AddPath($"{root}/{kind.Plural}", operations.Collection([.. verbs.Intersect(["list"])]));
        }

        AddPath($"{collection}/{{name}}", operations.Item(verbs));
        foreach (var subresource in definition.Subresources.Values.OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            AddPath($"{collection}/{{name}}/{subresource.Name}",
                new OpenApiOperations(subresource.Kind ?? kind, name, !definition.IsCustom).Item(subresource.Verbs));
        }
    }

    public JsonObject ToNode() => new()
    {
        ["openapi"] = "3.0.0",
        ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = Hosting.ServerPaths.Version },
        ["paths"] = paths,
        ["components"] = new JsonObject { ["schemas"] = schemas.ToNode() },
    };

    private void AddPath(string path, JsonObject operations)
    {
        if (operations.Count > 0)
        {
            paths[path] = operations;
        }
    }

    private string AddSchema(ResourceDefinition definition)
    {
        var kind = definition.Kind;
        var schema = definition.Schema();
        if (definition.IsCustom)
        {
            // Custom schemas say nothing about what all objects have.
            var metadata = MetadataSchema.Metadata with { ComponentName = MetadataName };
            var text = new SchemaNode { Type = "string" };
            schema = schema with
            {
                Properties = new Dictionary<string, SchemaNode>(schema.Properties)
                {
                    ["apiVersion"] = text,
                    ["kind"] = text,
                    ["metadata"] = metadata,
                },
            };
        }

        var name = schema.ComponentName ?? NameOf(kind);
        schemas.AddKind(name, schema, kind.GroupVersionKind);
        schemas.AddKind(
            name + "List",
            new SchemaNode
            {
                Type = "object",
                Description = $"{definition.ListKind} is a list of {kind.Kind}",
                Required = ["items"],
                Properties = new Dictionary<string, SchemaNode>
                {
                    ["apiVersion"] = new() { Type = "string" },
                    ["kind"] = new() { Type = "string" },
                    ["metadata"] = new() { Type = "object", PreserveUnknownFields = true },
                    ["items"] = new() { Type = "array", Items = schema with { ComponentName = name } },
                },
            },
            kind.GroupVersionKind with { Kind = definition.ListKind });
        return name;
    }

    /// <summary>The name of a custom kind: its group turned around, version and kind.</summary>
    private static string NameOf(ResourceKind kind) =>
        string.Join('.', kind.Group.Split('.').Reverse().Append(kind.Version).Append(kind.Kind));
}
