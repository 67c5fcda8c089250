using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;

namespace Hortus.Components;

/// <summary>What a ManagedResource is called and how its objects are applied.</summary>
public sealed record ManagedResourceSettings
{
    /// <summary>Namespace and name of the ManagedResource.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>Everything of the spec except the Secrets.</summary>
    public ManagedResourceSpec Spec { get => field ??= new ManagedResourceSpec(); init; }

    /// <summary>Labels of the ManagedResource.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Annotations of the ManagedResource, besides those that mark its Secrets.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What the names of its Secrets begin with; the content's hash follows. Default
    /// <c>managedresource-</c> and the name.</summary>
    public string SecretName { get => field ??= $"managedresource-{Key.Name}"; init; }

    /// <summary>Class of what a seed's resource manager applies to its own cluster.</summary>
    public const string SeedClass = "seed";

    /// <summary>For objects of the seed's own cluster.</summary>
    public static ManagedResourceSettings ForSeed(ObjectKey key) => new()
    {
        Key = key,
        Spec = new ManagedResourceSpec { Class = SeedClass },
        Labels = key.Namespace?.StartsWith("shoot-", StringComparison.Ordinal) == true
            ? null
            : new Dictionary<string, string> { [GardenerLabels.Role] = GardenerRoles.SeedSystemComponent },
    };

    /// <summary>For objects of a shoot.</summary>
    /// <param name="key">Namespace on the seed, and name.</param>
    /// <param name="origin">Who writes it, for example <c>gardener</c>.</param>
    /// <param name="keepObjects">Whether the objects stay when the ManagedResource is deleted.</param>
    public static ManagedResourceSettings ForShoot(ObjectKey key, string origin, bool keepObjects) => new()
    {
        Key = key,
        Spec = new ManagedResourceSpec
        {
            KeepObjects = keepObjects,
            InjectLabels = new Dictionary<string, string> { ["shoot.gardener.cloud/no-cleanup"] = "true" },
        },
        Labels = new Dictionary<string, string> { ["origin"] = origin },
    };
}
