using Hortus.Objects;

namespace Hortus.KubeControllers;

/// <summary>Short forms for what these controllers ask all the time.</summary>
internal static class ObjectReading
{
    public static bool IsDeleting(this KubernetesObject value) => value.Metadata.IsDeleting();

    /// <summary>Value of a label; null when absent.</summary>
    public static string? Label(this KubernetesObject value, string name) => value.Metadata.Label(name);

    /// <summary>Value of an annotation; null when absent.</summary>
    public static string? Annotation(this KubernetesObject value, string name) => value.Metadata.Annotation(name);

    /// <summary>Whether this owner, and not a namesake, is the managing controller.</summary>
    public static bool IsControlledBy(this KubernetesObject value, KubernetesObject owner) =>
        value.Metadata.ControllerOwner() is { } reference && reference.Uid == owner.Metadata.Uid;

    /// <summary>The object with the owner as its managing controller.</summary>
    public static T ControlledBy<T>(this T value, KubernetesObject owner) where T : KubernetesObject =>
        (T)(value with { Metadata = value.Metadata.WithOwner(owner.AsController()) });

    /// <summary>Whether the object carries a finalizer.</summary>
    public static bool HasFinalizer(this KubernetesObject value, string finalizer) =>
        value.Metadata.HasFinalizer(finalizer);
}
