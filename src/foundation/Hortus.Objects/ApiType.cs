using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hortus.Objects;

/// <summary>
/// Base of every structure inside an API object. Fields that this version does not know are kept in
/// <see cref="UnknownFields"/> and written back, so that an object passing through our code loses nothing.
/// </summary>
/// <remarks>
/// Properties are <c>init</c>-only and nullable: null means "absent on the wire". Property initializers are not used
/// (the source-generated reader would overwrite them); a default is expressed as <c>get =&gt; field ??= …</c>.
/// </remarks>
public abstract record ApiType
{
    /// <summary>Fields of the JSON object that no property of this type covers; null when there are none.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? UnknownFields { get; set; }

    /// <summary>The type name only: values may hold secrets and must not reach logs by accident.</summary>
    public sealed override string ToString() => GetType().Name;
}
