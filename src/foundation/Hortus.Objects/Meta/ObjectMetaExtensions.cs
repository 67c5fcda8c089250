namespace Hortus.Objects;

/// <summary>Reads and copies metadata: owners, finalizers, labels and annotations.</summary>
public static class ObjectMetaExtensions
{
    /// <summary>Whether a deletion was asked for.</summary>
    public static bool IsDeleting(this ObjectMeta metadata) => metadata.DeletionTimestamp is not null;

    /// <summary>Whether a finalizer is present.</summary>
    public static bool HasFinalizer(this ObjectMeta metadata, string finalizer) =>
        metadata.Finalizers?.Contains(finalizer) ?? false;

    /// <summary>The metadata with a finalizer; the same instance when it was there.</summary>
    public static ObjectMeta WithFinalizer(this ObjectMeta metadata, string finalizer) =>
        metadata.HasFinalizer(finalizer) ? metadata : metadata with { Finalizers = [.. metadata.Finalizers ?? [], finalizer] };

    /// <summary>The metadata without a finalizer; the same instance when it was not there.</summary>
    public static ObjectMeta WithoutFinalizer(this ObjectMeta metadata, string finalizer) =>
        metadata.HasFinalizer(finalizer)
            ? metadata with { Finalizers = metadata.Finalizers!.Where(f => f != finalizer).ToArray() }
            : metadata;

    /// <summary>The value of a label, or null.</summary>
    public static string? Label(this ObjectMeta metadata, string key) => metadata.Labels?.GetValueOrDefault(key);

    /// <summary>The value of an annotation, or null.</summary>
    public static string? Annotation(this ObjectMeta metadata, string key) => metadata.Annotations?.GetValueOrDefault(key);

    /// <summary>The metadata with a label set, or removed when the value is null.</summary>
    public static ObjectMeta WithLabel(this ObjectMeta metadata, string key, string? value) =>
        metadata with { Labels = With(metadata.Labels, key, value) };

    /// <summary>The metadata with an annotation set, or removed when the value is null.</summary>
    public static ObjectMeta WithAnnotation(this ObjectMeta metadata, string key, string? value) =>
        metadata with { Annotations = With(metadata.Annotations, key, value) };

    /// <summary>The owner that manages the object, or null.</summary>
    public static OwnerReference? ControllerOwner(this ObjectMeta metadata) =>
        metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);

    /// <summary>Whether the object with a uid is among the owners.</summary>
    public static bool IsOwnedBy(this ObjectMeta metadata, string uid) =>
        metadata.OwnerReferences?.Any(o => o.Uid == uid) ?? false;

    /// <summary>The metadata with an owner, which replaces an older reference to the same object.</summary>
    public static ObjectMeta WithOwner(this ObjectMeta metadata, OwnerReference owner) => metadata with
    {
        OwnerReferences = [.. (metadata.OwnerReferences ?? []).Where(o => o.Uid != owner.Uid), owner],
    };

    /// <summary>A reference that makes <paramref name="owner"/> the managing controller and lets foreground deletion
    /// of it
    /// wait.</summary>
    /// <exception cref="ArgumentException">The owner has no uid: it was not read from a server.</exception>
    public static OwnerReference AsController(this KubernetesObject owner) =>
        owner.AsOwner() with { Controller = true, BlockOwnerDeletion = true };

    /// <summary>A plain reference to <paramref name="owner"/>.</summary>
    /// <exception cref="ArgumentException">The owner has no uid: it was not read from a server.</exception>
    public static OwnerReference AsOwner(this KubernetesObject owner) => new()
    {
        ApiVersion = owner.ApiVersion,
        Kind = owner.Kind,
        Name = owner.Metadata.Name ?? "",
        Uid = owner.Metadata.Uid ?? throw new ArgumentException(
            $"{owner.Kind} {owner.Key} cannot own objects: it has no uid because it was not read from a server"),
    };

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string>? map, string key, string? value)
    {
        var copy = new Dictionary<string, string>(map ?? new Dictionary<string, string>());
        if (value is null)
        {
            copy.Remove(key);
        }
        else
        {
            copy[key] = value;
        }

        return copy;
    }
}
