using System.Collections.Concurrent;
using System.Reflection;

namespace Hortus.Objects;

/// <summary>Declares the API names of a <see cref="KubernetesObject"/> type.</summary>
/// <param name="group">API group; empty for the core group.</param>
/// <param name="version">API version.</param>
/// <param name="kind">Kind.</param>
/// <param name="plural">Plural resource name, lower case.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class KubernetesResourceAttribute(string group, string version, string kind, string plural) : Attribute
{
    /// <summary>API group; empty for the core group.</summary>
    public string Group { get; } = group;

    /// <summary>API version.</summary>
    public string Version { get; } = version;

    /// <summary>Kind.</summary>
    public string Kind { get; } = kind;

    /// <summary>Plural resource name.</summary>
    public string Plural { get; } = plural;

    /// <summary>False for cluster-scoped kinds. Default true.</summary>
    public bool Namespaced { get; init; } = true;

    /// <summary>Short names for kubectl, comma separated.</summary>
    public string ShortNames { get; init; } = "";

    /// <summary>Categories such as <c>all</c>, comma separated.</summary>
    public string Categories { get; init; } = "";

    /// <summary>Whether the kind has a status subresource. Default false.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Whether the kind has a scale subresource. Default false.</summary>
    public bool HasScale { get; init; }
}

/// <summary>The API names of a kind. Types declare theirs with <see cref="KubernetesResourceAttribute"/>; kinds that
/// are
/// known only at run time (custom resources) are described by creating one.</summary>
public sealed record ResourceKind
{
    private static readonly ConcurrentDictionary<Type, ResourceKind?> Declared = new();

    /// <summary>API group; empty for the core group.</summary>
    public required string Group { get; init; }

    /// <summary>API version.</summary>
    public required string Version { get; init; }

    /// <summary>Kind.</summary>
    public required string Kind { get; init; }

    /// <summary>Plural resource name, as in URLs.</summary>
    public required string Plural { get; init; }

    /// <summary>Whether objects live in namespaces.</summary>
    public bool Namespaced { get; init; } = true;

    /// <summary>Short names for kubectl.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Categories such as <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Whether there is a status subresource.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Whether there is a scale subresource.</summary>
    public bool HasScale { get; init; }

    /// <summary><c>group/version</c> as on the wire.</summary>
    public string ApiVersion => GroupVersion.ToString();

    /// <summary>Group and version.</summary>
    public GroupVersion GroupVersion => new(Group, Version);

    /// <summary>Group, version, kind.</summary>
    public GroupVersionKind GroupVersionKind => new(Group, Version, Kind);

    /// <summary>Group, version, resource.</summary>
    public GroupVersionResource GroupVersionResource => new(Group, Version, Plural);

    /// <summary><c>shoots.core.gardener.cloud</c>.</summary>
    public string GroupResource => GroupVersionResource.GroupResource;

    /// <summary>The names that <typeparamref name="T"/> declares.</summary>
    /// <exception cref="ArgumentException">The type has no <see cref="KubernetesResourceAttribute"/>.</exception>
    public static ResourceKind Of<T>() where T : KubernetesObject =>
        Find(typeof(T)) ?? throw new ArgumentException($"{typeof(T).Name} has no KubernetesResource attribute");

    /// <summary>The names that a type declares, or null.</summary>
    public static ResourceKind? Find(Type type) => Declared.GetOrAdd(type, static t =>
        t.GetCustomAttribute<KubernetesResourceAttribute>() is { } a
            ? new ResourceKind
            {
                Group = a.Group,
                Version = a.Version,
                Kind = a.Kind,
                Plural = a.Plural,
                Namespaced = a.Namespaced,
                ShortNames = a.ShortNames.Split(',', StringSplitOptions.RemoveEmptyEntries),
                Categories = a.Categories.Split(',', StringSplitOptions.RemoveEmptyEntries),
                HasStatus = a.HasStatus,
                HasScale = a.HasScale,
            }
            : null);
}
