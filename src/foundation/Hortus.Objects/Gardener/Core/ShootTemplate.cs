namespace Hortus.Objects.Gardener.Core;

/// <summary>What a Shoot is made from.</summary>
public sealed record ShootTemplate : ApiType
{
    /// <summary>Labels and annotations.</summary>
    public ObjectMeta Metadata { get => field ??= new ObjectMeta(); init; }

    /// <summary>The shoot.</summary>
    public ShootSpec Spec { get => field ??= new ShootSpec(); init; }
}
