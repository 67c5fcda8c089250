using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenControllers;

/// <summary>What has to be done so that a seed has the installations it should have. Pure.</summary>
/// <param name="Creations">Installations to create.</param>
/// <param name="Changes">Merge patches of installations.</param>
/// <param name="Deletions">Installations to delete.</param>
/// <param name="Blocked">Registrations that wait for their old installation to go.</param>
internal sealed record InstallationPlan(
    IReadOnlyList<ControllerInstallation> Creations,
    IReadOnlyList<(ObjectKey Key, JsonObject Patch)> Changes,
    IReadOnlyList<ControllerInstallation> Deletions,
    IReadOnlyList<string> Blocked)
{
    /// <summary>Compares what there is with what is wanted.</summary>
    /// <param name="wanted">Installations by name of the registration; null for one that is to be left as it is.</param>
    /// <param name="current">The seed's installations, read from the server: a cache would make some twice.</param>
    public static InstallationPlan Of(
        IReadOnlyDictionary<string, WantedInstallation?> wanted, IEnumerable<ControllerInstallation> current)
    {
        var known = current.ToLookup(installation => installation.Spec.RegistrationRef.Name ?? "");
        var creations = new List<ControllerInstallation>();
        var changes = new List<(ObjectKey, JsonObject)>();
        var deletions = new List<ControllerInstallation>();
        var blocked = new List<string>();
        foreach (var (registration, installation) in wanted.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var present = known[registration].Where(found => !found.Metadata.IsDeleting()).ToList();
            var kept = present
                .OrderBy(found => found.Metadata.CreationTimestamp)
                .ThenBy(found => found.Metadata.Name, StringComparer.Ordinal)
                .FirstOrDefault();
            deletions.AddRange(present.Where(found => found != kept));
            if (installation is null)
            {
                continue;
            }

            if (kept is not null)
            {
                if (installation.ChangeOf(kept) is { } change)
                {
                    changes.Add((kept.Key, change));
                }
            }
            else if (known[registration].Any())
            {
                blocked.Add(registration);
            }
            else
            {
                creations.Add(installation.Create());
            }
        }

        deletions.AddRange(known
            .Where(group => !wanted.ContainsKey(group.Key))
            .SelectMany(group => group)
            .Where(installation => !installation.Metadata.IsDeleting()));
        return new InstallationPlan(creations, changes, deletions, blocked);
    }
}
