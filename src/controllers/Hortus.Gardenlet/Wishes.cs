using Hortus.Objects;

namespace Hortus.Gardenlet;

/// <summary>Tells changes of what is wanted from reports of what is. Pure.</summary>
internal static class Wishes
{
    /// <summary>Whether a change is one of wishes: the object is new or another one, its spec differs, or it is to go.</summary>
    /// <param name="old">The object before; null for none.</param>
    /// <param name="value">The object now; null when it is gone, which nothing follows from.</param>
    public static bool Differ(KubernetesObject? old, KubernetesObject? value) =>
        value is not null && (old is null
            || old.Metadata.Uid != value.Metadata.Uid
            || old.Metadata.Generation != value.Metadata.Generation
            || old.Metadata.IsDeleting() != value.Metadata.IsDeleting());
}
