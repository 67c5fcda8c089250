using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>Owner references: dependants are deleted with their owner.</summary>
public static class Owners
{
    /// <summary>A reference to the owner as the managing controller.</summary>
    /// <exception cref="ArgumentException">The owner was not read from a server: it has no uid.</exception>
    public static OwnerReference ControllerReference(this KubernetesObject owner) => Reference(owner) with
    {
        Controller = true,
        BlockOwnerDeletion = true,
    };

    /// <summary>A reference to the owner for garbage collection only.</summary>
    /// <exception cref="ArgumentException">The owner was not read from a server: it has no uid.</exception>
    public static OwnerReference Reference(this KubernetesObject owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return new OwnerReference
        {
            ApiVersion = owner.ApiVersion,
            Kind = owner.Kind,
            Name = owner.Metadata.Name ?? "",
            Uid = owner.Metadata.Uid
                ?? throw new ArgumentException($"{owner.Kind} {owner.Key} has no uid: read it from the server first", nameof(owner)),
        };
    }

    /// <summary>The object with the owner as its managing controller, in place of any reference to the same owner.</summary>
    public static T ControlledBy<T>(this T value, KubernetesObject owner) where T : KubernetesObject
    {
        var reference = owner.ControllerReference();
        return (T)(value with
        {
            Metadata = value.Metadata with
            {
                OwnerReferences =
                    [.. (value.Metadata.OwnerReferences ?? []).Where(r => r.Uid != reference.Uid), reference],
            },
        });
    }

    /// <summary>The reference to the managing controller, or null.</summary>
    public static OwnerReference? Controller(this KubernetesObject value) =>
        value.Metadata.OwnerReferences?.FirstOrDefault(r => r.Controller == true);

    /// <summary>Whether <paramref name="owner"/>, and not a namesake, is the managing controller.</summary>
    public static bool IsControlledBy(this KubernetesObject value, KubernetesObject owner) =>
        value.Controller() is { } reference && reference.Uid == owner.Metadata.Uid;
}
