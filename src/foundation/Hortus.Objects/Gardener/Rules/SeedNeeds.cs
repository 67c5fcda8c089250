using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>Which extensions a seed needs for itself, whatever lives on it.</summary>
public static class SeedNeeds
{
    /// <summary>All of them; nothing while the seed is being deleted.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="offers">Everything that is offered: some extensions come by themselves.</param>
    public static IEnumerable<ExtensionPair> Of(Seed seed, IReadOnlyCollection<ControllerResource> offers)
    {
        ArgumentNullException.ThrowIfNull(seed);
        ArgumentNullException.ThrowIfNull(offers);
        if (seed.Metadata.IsDeleting())
        {
            yield break;
        }

        if (seed.Spec.Dns.Provider is { Type.Length: > 0 } dns)
        {
            yield return new("DNSRecord", dns.Type);
        }

        if (seed.Spec.Backup is { Provider.Length: > 0 } backup)
        {
            yield return new("BackupBucket", backup.Provider);
        }

        foreach (var kind in new[] { "ControlPlane", "Infrastructure", "Worker" })
        {
            yield return new(kind, seed.Spec.Provider.Type);
        }

        foreach (var extension in EnabledExtensions.Of(seed.Spec.Extensions, offers, ClusterTypes.Seed, workerless: false))
        {
            yield return new(ControllerResourceRules.ExtensionKind, extension.Type);
        }
    }
}
