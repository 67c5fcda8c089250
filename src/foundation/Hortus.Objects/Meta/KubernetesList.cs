namespace Hortus.Objects;

/// <summary>A page of objects as the API returns it.</summary>
public sealed record KubernetesList<T> : ApiType where T : KubernetesObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public ListMeta Metadata { get => field ??= new ListMeta(); init; }

    public IReadOnlyList<T> Items { get => field ??= []; init; }
}
