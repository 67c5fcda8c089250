using System.Text.Json.Serialization;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>An object that an extension controller serves: all kinds of the group share the shape of spec and status,
/// so that waiting, reporting and cleaning up are written once.</summary>
public abstract record ExtensionObject : KubernetesObject
{
    /// <summary>What is wanted, in the shared shape; the kind's own <c>Spec</c> seen as its base type.</summary>
    [JsonIgnore]
    public abstract DefaultSpec ExtensionSpec { get; }

    /// <summary>What is reported, in the shared shape; an empty status of the kind's own type when there is none
    /// yet.</summary>
    [JsonIgnore]
    public abstract DefaultStatus ExtensionStatus { get; }

    /// <summary>The object with another status. Start from <see cref="ExtensionStatus"/> (<c>with { … }</c> keeps its
    /// type).</summary>
    /// <exception cref="InvalidCastException">The status is of another kind's type.</exception>
    public abstract ExtensionObject WithStatus(DefaultStatus status);
}
