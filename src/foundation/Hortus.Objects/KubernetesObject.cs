using System.Text.Json.Serialization;

namespace Hortus.Objects;

/// <summary>An object with apiVersion, kind and metadata: everything that has a URL of its own.</summary>
public abstract record KubernetesObject : ApiType
{
    /// <summary>Group and version, for example <c>apps/v1</c>; the type's own when absent on the wire.</summary>
    [JsonPropertyOrder(-3)]
    public string ApiVersion
    {
        get => field ??= ResourceKind.Find(GetType())?.ApiVersion ?? "";
        init;
    }

    /// <summary>The kind, for example <c>Deployment</c>; the type's own when absent on the wire.</summary>
    [JsonPropertyOrder(-2)]
    public string Kind
    {
        get => field ??= ResourceKind.Find(GetType())?.Kind ?? "";
        init;
    }

    /// <summary>Standard metadata, never null.</summary>
    [JsonPropertyOrder(-1)]
    public ObjectMeta Metadata
    {
        get => field ??= new ObjectMeta();
        init;
    }

    /// <summary>Namespace and name.</summary>
    [JsonIgnore]
    public ObjectKey Key => new(Metadata.Namespace, Metadata.Name ?? "");
}
