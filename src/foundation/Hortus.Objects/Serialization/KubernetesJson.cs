using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Hortus.Objects;

/// <summary>Reads and writes API objects as JSON, with the conventions of Kubernetes: camelCase names, absent
/// instead of
/// null, times in RFC 3339, byte fields in base64.</summary>
public static class KubernetesJson
{
    /// <summary>Deepest nesting that is read.</summary>
    public const int DepthMax = 128;

    /// <summary>The options every reader and writer of API objects uses.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>Reads an object.</summary>
    /// <exception cref="JsonException">The bytes are not JSON or do not fit the type; the message has line and field
    /// path.</exception>
    public static T Deserialize<T>(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(utf8, Options) ?? throw FoundNull();
        }
        catch (JsonException e)
        {
            throw JsonErrors.Explain(e, typeof(T));
        }
    }

    /// <summary>Reads an object from a JSON tree as the type given at run time.</summary>
    /// <exception cref="JsonException">The tree does not fit the type; the message has the field path.</exception>
    public static object Deserialize(JsonNode node, Type type)
    {
        try
        {
            return node.Deserialize(type, Options) ?? throw FoundNull();
        }
        catch (JsonException e)
        {
            throw JsonErrors.ExplainTree(e, type);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"nested deeper than {DepthMax} levels", e);
        }
    }

    /// <summary>Reads an object from a JSON tree.</summary>
    /// <exception cref="JsonException">The tree does not fit the type; the message has the field path.</exception>
    public static T Deserialize<T>(JsonNode node) => (T)Deserialize(node, typeof(T));

    /// <summary>Writes an object as UTF-8 JSON without indentation.</summary>
    public static byte[] Serialize<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);

    /// <summary>Writes an object as a JSON tree, with all fields of its own type whatever the variable's type is.</summary>
    public static JsonObject ToNode(ApiType value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return (JsonObject)(JsonSerializer.SerializeToNode(value, value.GetType(), Options) ?? throw FoundNull());
    }

    private static JsonException FoundNull() => new("want an object, found null");

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            MaxDepth = DepthMax,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = CreateResolver(),
        };
        options.Converters.Add(new TimeConverter());
        options.MakeReadOnly();
        return options;
    }

    // Reflection serves types outside this library, such as those of tests, and all types in Debug builds.
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1859", Justification = "Release builds return another type")]
    private static IJsonTypeInfoResolver CreateResolver() =>
#if GENERATED_JSON_METADATA
        JsonTypeInfoResolver.Combine(
            KubernetesKindsContext.Default, GardenerKindsContext.Default, ExtensionKindsContext.Default,
            MachineKindsContext.Default, OperatorKindsContext.Default, GardenletConfigKindsContext.Default,
            new DefaultJsonTypeInfoResolver());
#else
        new DefaultJsonTypeInfoResolver();
#endif
}
