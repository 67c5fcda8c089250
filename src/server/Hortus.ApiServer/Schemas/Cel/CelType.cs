using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

internal enum CelKind
{
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    List,
    Map,
    Object,
    Timestamp,
    Duration,
    Type,
    Optional,

    /// <summary>A type of a library, known by its name.</summary>
    Opaque,

    /// <summary>A type variable of a function's signature.</summary>
    Parameter,
}

/// <summary>The type of an expression, as far as it is known before evaluation.</summary>
internal sealed class CelType
{
    private CelType(CelKind kind, string name)
    {
        Kind = kind;
        Name = name;
    }

    public static CelType Dyn { get; } = new(CelKind.Dyn, "dyn");

    public static CelType Null { get; } = new(CelKind.Null, "null");

    public static CelType Bool { get; } = new(CelKind.Bool, "bool");

    public static CelType Int { get; } = new(CelKind.Int, "int");

    public static CelType Uint { get; } = new(CelKind.Uint, "uint");

    public static CelType Double { get; } = new(CelKind.Double, "double");

    public static CelType String { get; } = new(CelKind.String, "string");

    public static CelType Bytes { get; } = new(CelKind.Bytes, "bytes");

    public static CelType Timestamp { get; } = new(CelKind.Timestamp, "google.protobuf.Timestamp");

    public static CelType Duration { get; } = new(CelKind.Duration, "google.protobuf.Duration");

    public static CelType Type { get; } = new(CelKind.Type, "type");

    public CelKind Kind { get; }

    public string Name { get; }

    /// <summary>Type of items, map values or an optional's value.</summary>
    public CelType? Element { get; private init; }

    /// <summary>Type of map keys.</summary>
    public CelType? Key { get; private init; }

    /// <summary>The schema behind it, which says how large values may be; null when unknown.</summary>
    public SchemaNode? Schema { get; private init; }

    private bool IsResource { get; init; }

    public static CelType List(CelType element) => new(CelKind.List, $"list({element.Name})") { Element = element };

    public static CelType Map(CelType key, CelType element) =>
        new(CelKind.Map, $"map({key.Name}, {element.Name})") { Key = key, Element = element };

    public static CelType Optional(CelType element) =>
        new(CelKind.Optional, $"optional_type({element.Name})") { Element = element };

    public static CelType Opaque(string name) => new(CelKind.Opaque, name);

    public static CelType Parameter(string name) => new(CelKind.Parameter, name);

    /// <summary>The type of values of a schema; null when expressions cannot speak of them because the schema says
    /// nothing about them.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="isResource">Whether it is that of a whole object, which has metadata in any case.</param>
    public static CelType? Of(SchemaNode schema, bool isResource = false)
    {
        if (schema.IntOrString)
        {
            return new CelType(CelKind.Dyn, "dyn") { Schema = schema };
        }

        switch (schema.Type)
        {
            case "array":
                return schema.Items is { } items && Of(items, items.EmbeddedResource) is { } item
                    ? new CelType(CelKind.List, $"list({item.Name})") { Element = item, Schema = schema }
                    : null;
            case "object" when schema.AdditionalProperties is { } values:
                return Of(values, values.EmbeddedResource) is { } value
                    ? new CelType(CelKind.Map, $"map(string, {value.Name})")
                    {
                        Key = String,
                        Element = value,
                        Schema = schema,
                    }
                    : null;
            case "object":
                return new CelType(CelKind.Object, "object") { Schema = schema, IsResource = isResource };
            case "string":
                return schema.Format switch
                {
                    "byte" => new CelType(CelKind.Bytes, "bytes") { Schema = schema },
                    "duration" => Duration,
                    "date" or "date-time" => Timestamp,
                    _ => new CelType(CelKind.String, "string") { Schema = schema },
                };
            case "boolean":
                return Bool;
            case "number":
                return Double;
            case "integer":
                return Int;
            default:
                return null;
        }
    }

    /// <summary>The type of a field of an object; null when there is no such field to speak of.</summary>
    public CelType? Field(string name)
    {
        if (IsResource || Schema!.EmbeddedResource)
        {
            switch (name)
            {
                case "apiVersion" or "kind":
                    return String;
                case "metadata":
                    return new CelType(CelKind.Object, "object") { Schema = CelSchemas.Metadata };
                default:
                    break;
            }
        }

        return Schema!.Properties.TryGetValue(name, out var field) ? Of(field, field.EmbeddedResource) : null;
    }

    /// <summary>The type two branches have in common; null when they have none.</summary>
    public static CelType? Join(CelType left, CelType right)
    {
        if (left.Kind == CelKind.Dyn || right.Kind == CelKind.Dyn)
        {
            return Dyn;
        }

        if (left.Kind == CelKind.Null)
        {
            return right;
        }

        if (right.Kind == CelKind.Null)
        {
            return left;
        }

        if (left.Kind != right.Kind)
        {
            return null;
        }

        switch (left.Kind)
        {
            case CelKind.List:
                return Join(left.Element!, right.Element!) is { } item ? List(item) : null;
            case CelKind.Map:
                return Join(left.Key!, right.Key!) is { } key && Join(left.Element!, right.Element!) is { } value
                    ? Map(key, value) : null;
            case CelKind.Optional:
                return Join(left.Element!, right.Element!) is { } inner ? Optional(inner) : null;
            case CelKind.Opaque:
                return left.Name == right.Name ? left : null;
            default:
                return left;
        }
    }

    /// <summary>Whether an argument of type <paramref name="given"/> may stand for this one; notes what type variables
    /// stand for.</summary>
    public bool Takes(CelType given, Dictionary<string, CelType> bound)
    {
        if (Kind == CelKind.Parameter)
        {
            if (!bound.TryGetValue(Name, out var known))
            {
                bound[Name] = given;
                return true;
            }

            if (Join(known, given) is not { } joined)
            {
                return false;
            }

            bound[Name] = joined;
            return true;
        }

        if (Kind == CelKind.Dyn || given.Kind == CelKind.Dyn)
        {
            return true;
        }

        return Kind == given.Kind && Kind switch
        {
            CelKind.List or CelKind.Optional => Element!.Takes(given.Element!, bound),
            CelKind.Map => Key!.Takes(given.Key!, bound) && Element!.Takes(given.Element!, bound),
            CelKind.Opaque => Name == given.Name,
            _ => true,
        };
    }

    /// <summary>This type with type variables replaced.</summary>
    public CelType With(Dictionary<string, CelType> bound) => Kind switch
    {
        CelKind.Parameter => bound.GetValueOrDefault(Name, Dyn),
        CelKind.List => List(Element!.With(bound)),
        CelKind.Optional => Optional(Element!.With(bound)),
        CelKind.Map => Map(Key!.With(bound), Element!.With(bound)),
        _ => this,
    };

    /// <summary>Whether a value has this type.</summary>
    public bool Has(object? value) => Kind switch
    {
        CelKind.Dyn or CelKind.Parameter => true,
        CelKind.Null => value is null,
        CelKind.Bool => value is bool,
        CelKind.Int => value is long,
        CelKind.Uint => value is ulong,
        CelKind.Double => value is double,
        CelKind.String => value is string,
        CelKind.Bytes => value is byte[],
        CelKind.List => value is IReadOnlyList<object?>,
        CelKind.Map or CelKind.Object => CelValue.IsMap(value),
        CelKind.Timestamp => value is DateTimeOffset,
        CelKind.Duration => value is TimeSpan,
        CelKind.Type => value is CelTypeName,
        CelKind.Optional => value is CelOptional,
        _ => CelValue.TypeOf(value) == Name,
    };
}
