using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;

namespace Hortus.ResourceManager;

/// <summary>Which ManagedResources a resource manager is responsible for, and how it marks what is theirs.</summary>
internal sealed record ResourceScope(string Class, string? ClusterId)
{
    /// <summary>The finalizer of this resource manager.</summary>
    public string Finalizer { get; } = ResourceNames.Finalizer(Class);

    /// <summary>Whether a ManagedResource is this one's.</summary>
    public bool Includes(ManagedResource resource) => Class == ResourceNames.AllClasses
        || (resource.Spec.Class is { Length: > 0 } named ? named : ResourceNames.DefaultClass) == Class;

    /// <summary>The finalizer of another resource manager that has not finished with the ManagedResource; null when there is
    /// none.</summary>
    public string? OtherFinalizer(ManagedResource resource) => resource.Metadata.Finalizers?.FirstOrDefault(f =>
        f != Finalizer && f.StartsWith(ResourceNames.Finalizer(null), StringComparison.Ordinal));

    /// <summary>What objects of a ManagedResource carry as origin.</summary>
    public string OriginOf(ObjectKey resource) => (ClusterId is { Length: > 0 } id ? id + ":" : "") + resource;

    /// <summary>The ManagedResource of this source cluster that an origin names; null when it is of another one.</summary>
    public ObjectKey? ResourceOf(string origin)
    {
        var rest = origin;
        if (ClusterId is { Length: > 0 } id)
        {
            if (!origin.StartsWith(id + ":", StringComparison.Ordinal))
            {
                return null;
            }

            rest = origin[(id.Length + 1)..];
        }

        return rest.Split('/') is [{ Length: > 0 } space, { Length: > 0 } name] && !space.Contains(':', StringComparison.Ordinal)
            ? new ObjectKey(space, name)
            : null;
    }
}
