using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Hortus.Objects;

namespace Hortus.ApiServer.Registry;

/// <summary>All resources served: built-ins, those of plug-ins, and custom ones that come and go. Safe for concurrent use.</summary>
public sealed class ResourceRegistry
{
    private readonly Lock gate = new();
    private ImmutableDictionary<GroupVersionResource, ResourceDefinition> byResource =
        ImmutableDictionary<GroupVersionResource, ResourceDefinition>.Empty;

    private ImmutableDictionary<GroupVersionKind, ResourceDefinition> byKind =
        ImmutableDictionary<GroupVersionKind, ResourceDefinition>.Empty;

    /// <summary>Raised after a change, outside of any lock.</summary>
    public event EventHandler? Changed;

    /// <summary>Grows with every change.</summary>
    public long Generation { get; private set; }

    /// <summary>All definitions in no particular order.</summary>
    public IReadOnlyCollection<ResourceDefinition> All { get; private set; } = [];

    public ResourceDefinition? Find(GroupVersionResource resource) => byResource.GetValueOrDefault(resource);

    public ResourceDefinition? Find(GroupVersionKind kind) => byKind.GetValueOrDefault(kind);

    public bool TryFind(ResourceKind kind, [NotNullWhen(true)] out ResourceDefinition? definition) =>
        byResource.TryGetValue(kind.GroupVersionResource, out definition);

    /// <summary>Adds or replaces resources.</summary>
    public void Set(params IEnumerable<ResourceDefinition> definitions)
    {
        lock (gate)
        {
            foreach (var definition in definitions)
            {
                var complete = WithStatus(definition);
                byResource = byResource.SetItem(complete.Kind.GroupVersionResource, complete);
                byKind = byKind.SetItem(complete.Kind.GroupVersionKind, complete);
            }

            All = [.. byResource.Values];
            Generation++;
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    /// <summary>Removes resources; unknown ones are ignored.</summary>
    public void Remove(params IEnumerable<GroupVersionResource> resources)
    {
        lock (gate)
        {
            foreach (var resource in resources)
            {
                if (byResource.TryGetValue(resource, out var definition))
                {
                    byResource = byResource.Remove(resource);
                    byKind = byKind.Remove(definition.Kind.GroupVersionKind);
                }
            }

            All = [.. byResource.Values];
            Generation++;
        }

        Changed?.Invoke(this, EventArgs.Empty);
    }

    private static ResourceDefinition WithStatus(ResourceDefinition definition)
    {
        if (!definition.Kind.HasStatus || definition.Subresources.ContainsKey("status"))
        {
            return definition;
        }

        var subresources = new Dictionary<string, Subresources.SubresourceDefinition>(definition.Subresources)
        {
            ["status"] = Subresources.SubresourceDefinition.Status,
        };
        return definition with { Subresources = subresources };
    }
}
