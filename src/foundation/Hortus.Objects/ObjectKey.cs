namespace Hortus.Objects;

/// <summary>Namespace and name of an object; <paramref name="Namespace"/> is null for cluster-scoped kinds.</summary>
public readonly record struct ObjectKey(string? Namespace, string Name)
{
    /// <summary>Key of a cluster-scoped object.</summary>
    public static ObjectKey Cluster(string name) => new(null, name);

    /// <summary><c>namespace/name</c>, or the bare name when there is no namespace.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
