using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects;

/// <summary>
/// Derives schemas from the C# types and their attributes. Schemas are built once per type and shared; the fields of an
/// object are built on first use, so that a server pays only for the kinds it serves.
/// </summary>
public static class SchemaBuilder
{
    private const string QuantityPattern = @"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";

    private static readonly ConcurrentDictionary<Type, SchemaNode> Built = new();

    /// <summary>Whether values of a schema are quantities.</summary>
    public static bool IsQuantity(SchemaNode schema) => schema is { IntOrString: true, Pattern: QuantityPattern };

    /// <summary>The schema of a kind, a structure, or a scalar such as <see cref="string"/>.</summary>
    /// <exception cref="ArgumentException">The type has no JSON form that schemas can describe.</exception>
    public static SchemaNode For(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Built.GetOrAdd(Nullable.GetUnderlyingType(type) ?? type, Build);
    }

    /// <summary>The schema of a kind as a CustomResourceDefinition may hold it: metadata is a bare object, because the
    /// server adds its rules itself.</summary>
    public static SchemaNode ForCustomResource(Type kind)
    {
        var schema = For(kind);
        return schema with
        {
            ComponentName = null,
            Properties = schema.Properties.ToImmutableSortedDictionary(
                p => p.Key,
                p => p.Key == "metadata" ? new SchemaNode { Type = "object" } : p.Value,
                StringComparer.Ordinal),
        };
    }

    private static SchemaNode Build(Type type) => Scalar(type) ?? Container(type) ?? Structure(type);

    private static SchemaNode? Scalar(Type type) => type switch
    {
        _ when type == typeof(string) => new SchemaNode { Type = "string" },
        _ when type == typeof(bool) => new SchemaNode { Type = "boolean" },
        _ when type == typeof(int) => new SchemaNode { Type = "integer", Format = "int32" },
        _ when type == typeof(long) => new SchemaNode { Type = "integer", Format = "int64" },
        _ when type == typeof(double) || type == typeof(float) => new SchemaNode { Type = "number", Format = "double" },
        _ when type == typeof(DateTimeOffset) => new SchemaNode { Type = "string", Format = "date-time" },
        _ when type == typeof(byte[]) => new SchemaNode { Type = "string", Format = "byte" },
        _ when type == typeof(Quantity) => new SchemaNode { IntOrString = true, Pattern = QuantityPattern },
        _ when type == typeof(IntOrString) => new SchemaNode { IntOrString = true },
        _ when type == typeof(JsonObject) => new SchemaNode { Type = "object", PreserveUnknownFields = true },
        _ when type == typeof(JsonElement) || type.IsAssignableTo(typeof(JsonNode)) || type == typeof(JSONSchemaPropsOrBool) =>
            new SchemaNode { PreserveUnknownFields = true },
        { IsEnum: true } => new SchemaNode { Type = "string" },
        _ => null,
    };

    private static SchemaNode? Container(Type type)
    {
        if (!type.IsGenericType)
        {
            return null;
        }

        var definition = type.GetGenericTypeDefinition();
        var arguments = type.GetGenericArguments();
        return definition == typeof(IReadOnlyList<>) ? new SchemaNode { Type = "array", Items = For(arguments[0]) }
            : definition == typeof(IReadOnlyDictionary<,>) ? new SchemaNode { Type = "object", AdditionalProperties = For(arguments[1]) }
            : null;
    }

    private static SchemaNode Structure(Type type)
    {
        if (!type.IsAssignableTo(typeof(ApiType)))
        {
            throw new ArgumentException($"no schema can be made for {type}: want a structure of the API or a scalar");
        }

        var fields = Fields(type);
        return new SchemaNode
        {
            Type = "object",
            Description = XmlDescriptions.Of(type),
            Properties = new LazyProperties(() => fields.ToDictionary(f => WireName(f), f => Field(type, f), StringComparer.Ordinal)),
            Required = [.. fields.Where(f => f.IsDefined(typeof(RequiredAttribute))).Select(WireName)],
            PreserveUnknownFields = type.IsDefined(typeof(PreserveUnknownFieldsAttribute)),
            MapType = type.IsDefined(typeof(AtomicMapAttribute)) ? "atomic" : null,
            Rules = Rules(type),
            ComponentName = ComponentNames.Of(type),
        };
    }

    private static IReadOnlyList<SchemaRule> Rules(MemberInfo declared) =>
    [
        .. declared.GetCustomAttributes<CelRuleAttribute>(inherit: true)
            .Select(r => new SchemaRule(r.Rule, r.Message, null, null, r.FieldPath, OptionalOldSelf: false)),
    ];

    private static List<PropertyInfo> Fields(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetIndexParameters().Length == 0
                && p.GetCustomAttribute<JsonIgnoreAttribute>() is null or { Condition: not JsonIgnoreCondition.Always }
                && !p.IsDefined(typeof(JsonExtensionDataAttribute)))
            .OrderBy(p => p.GetCustomAttribute<JsonPropertyOrderAttribute>()?.Order ?? 0),
    ];

    private static string WireName(PropertyInfo field) =>
        field.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(field.Name);

    private static SchemaNode Field(Type owner, PropertyInfo field)
    {
        var node = Cut(owner, field.PropertyType) ?? For(field.PropertyType);
        var description = XmlDescriptions.Of(field);
        node = node with
        {
            Description = description.Length > 0 ? description : node.Description,
            Default = field.GetCustomAttribute<DefaultJsonAttribute>() is { } value ? JsonNode.Parse(value.Json) : null,
            Enum = field.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed
                ? [.. allowed.Values.Select(v => (JsonNode?)JsonValue.Create(v))]
                : [],
            PreserveUnknownFields = node.PreserveUnknownFields || field.IsDefined(typeof(PreserveUnknownFieldsAttribute)),
            EmbeddedResource = field.IsDefined(typeof(EmbeddedResourceAttribute)),
            Rules = [.. node.Rules, .. Rules(field)],
        };
        return Constrained(WithMergeRules(node, field), field);
    }

    // A structure that contains itself cannot be written out in full: inside itself it takes any object.
    private static SchemaNode? Cut(Type owner, Type fieldType)
    {
        var any = new SchemaNode { Type = "object", PreserveUnknownFields = true };
        return fieldType == owner ? any
            : !fieldType.IsGenericType || fieldType.GetGenericArguments()[^1] != owner ? null
            : fieldType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? new SchemaNode { Type = "array", Items = any }
            : new SchemaNode { Type = "object", AdditionalProperties = any };
    }

    private static SchemaNode WithMergeRules(SchemaNode node, PropertyInfo field)
    {
        var keys = field.GetCustomAttribute<ListMapAttribute>();
        var patch = field.GetCustomAttribute<PatchStrategyAttribute>();
        var isSet = field.IsDefined(typeof(ListSetAttribute));
        return node with
        {
            ListType = keys is not null ? "map" : isSet ? "set" : node.Type == "array" ? "atomic" : null,
            ListMapKeys = keys?.Keys ?? [],
            MapType = field.IsDefined(typeof(AtomicMapAttribute)) ? "atomic" : node.MapType,
            PatchMergeKey = patch?.MergeKey,
            PatchStrategy = patch switch
            {
                { Merge: true, RetainKeys: true } => "merge,retainKeys",
                { Merge: true } => "merge",
                { RetainKeys: true } => "retainKeys",
                _ => null,
            },
        };
    }

    private static SchemaNode Constrained(SchemaNode node, PropertyInfo field)
    {
        if (field.GetCustomAttribute<ConstraintAttribute>() is not { } c)
        {
            return node;
        }

        int? least = c.MinLength < 0 ? null : c.MinLength;
        int? most = c.MaxLength < 0 ? null : c.MaxLength;
        node = node with
        {
            Minimum = double.IsNaN(c.Minimum) ? null : c.Minimum,
            Maximum = double.IsNaN(c.Maximum) ? null : c.Maximum,
            Pattern = c.Pattern ?? node.Pattern,
            Format = c.Format ?? node.Format,
        };
        return node.Type switch
        {
            "array" => node with { MinItems = least, MaxItems = most },
            "object" => node with { MinProperties = least, MaxProperties = most },
            _ => node with { MinLength = least, MaxLength = most },
        };
    }
}
