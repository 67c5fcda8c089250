using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.GardenApi.Seeds;

/// <summary>A request as the authorizer of gardenlets looks at it.</summary>
internal readonly struct SeedRequest(RequestInfo request)
{
    public string Verb => request.Verb;

    public string Group => request.Group;

    /// <summary>With the subresource, as in rules: <c>shoots/status</c>.</summary>
    public string Resource => request.Subresource.Length == 0 ? request.Resource : $"{request.Resource}/{request.Subresource}";

    /// <summary>Null for cluster-scoped objects and lists over all namespaces.</summary>
    public string? Namespace => string.IsNullOrEmpty(request.Namespace) ? null : request.Namespace;

    /// <summary>Empty for collections.</summary>
    public string Name => request.Name ?? "";

    /// <summary>Whether it is about the namespace that the seed has in the garden.</summary>
    public bool IsInSpaceOf(string seed) => Namespace == GardenerNames.SeedNamespace(seed);

    public ObjectKey Key => new(Namespace, Name);

    /// <summary>The one object that the request can concern; empty when there may be others.</summary>
    public string OnlyName => request.OnlyName ?? "";

    /// <summary>The fields that a list is restricted to.</summary>
    public IReadOnlyDictionary<string, string> Fields => request.SelectedFields;

    public bool IsRead => Verb is "get" or "list" or "watch";

    /// <summary>Whether it concerns all objects that its selector leaves.</summary>
    public bool IsList => Verb is "list" or "watch" && Name.Length == 0;

    /// <summary>Whether a list is restricted to one value of a field.</summary>
    public bool Selects(string field, string value) => request.SelectedFields.GetValueOrDefault(field) == value;
}
