using Hortus.ApiServer.Access;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Requests;
using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Seeds;

/// <summary>
/// Judges what a gardenlet, or an extension of its seed, writes where the request alone does not tell: of new objects, whether they are its
/// seed's; of changed ones, that they stay so; and that nobody gets at credentials of another seed by naming them in his own Seed.
/// </summary>
internal sealed class SeedRestriction(IObjectReader objects, SeedRelations relations) : IAdmissionPlugin
{
    public string Name => "SeedRestriction";

    public ValueTask MutateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask ValidateAsync(AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (SeedUsers.Of(attributes.User) is { Seed: var seed } who
            && attributes is { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Object: { } tree, Subresource: "" }
            && await FaultAsync(seed, attributes, tree, cancellationToken) is { } fault)
        {
            throw ApiErrors.Forbidden(attributes.Definition.Kind, attributes.Key.Name, $"{who}: {fault}");
        }
    }

    private async ValueTask<string?> FaultAsync(
        string seed, AdmissionAttributes attributes, System.Text.Json.Nodes.JsonObject tree, CancellationToken cancellationToken)
    {
        var isNew = attributes.Operation == AdmissionOperation.Create;
        switch (attributes.Definition.Kind.GroupResource)
        {
            case "seeds.core.gardener.cloud":
                return attributes.Key.Name != seed
                    ? "it registers no other Seed than its own"
                    : isNew && (await relations.ManagedSeedOfAsync(seed, cancellationToken))?.Metadata.DeletionTimestamp is not null
                        ? $"ManagedSeed {GardenerNames.GardenNamespace}/{seed} is being deleted, and the seed with it"
                        : await AgainstReferencesAsync(seed, attributes, cancellationToken);
            case "gardenlets.seedmanagement.gardener.cloud":
                return attributes.Key != new ObjectKey(GardenerNames.GardenNamespace, seed)
                    ? $"it keeps the Gardenlet {GardenerNames.GardenNamespace}/{seed} only"
                    : !isNew && !System.Text.Json.Nodes.JsonNode.DeepEquals(tree["spec"], attributes.OldObject?["spec"])
                        ? "the spec of its Gardenlet is for others to write"
                        : null;
            case "managedseeds.seedmanagement.gardener.cloud":
                return !SameSpec(tree, attributes.OldObject)
                    ? "the spec of a ManagedSeed is for others to write"
                    : null;
            case "backupbuckets.core.gardener.cloud":
                return AgainstSeedName(seed, TypedObjects.TryRead<BackupBucket>(tree)?.Spec.SeedName);
            case "backupentries.core.gardener.cloud":
                return AgainstSeedName(seed, TypedObjects.TryRead<BackupEntry>(tree)?.Spec.SeedName);
            case "controllerinstallations.core.gardener.cloud":
                return AgainstSeedName(seed, TypedObjects.TryRead<ControllerInstallation>(tree)?.Spec.SeedRef?.Name);
            default:
                return null;
        }
    }

    // The old one may be older than a default.
    private static bool SameSpec(System.Text.Json.Nodes.JsonObject tree, System.Text.Json.Nodes.JsonObject? old) =>
        TypedObjects.TryRead<ManagedSeed>(tree) is { } now
        && old is not null && TypedObjects.TryRead<ManagedSeed>(old) is { } before
        && TypedObjects.Same(now.Spec, GardenletDefaults.Apply(before).Spec);

    private static string? AgainstSeedName(string seed, string? named) =>
        named == seed ? null : $"the object is for seed \"{named}\"";

    // A Seed makes readable what it names. Its own configuration, which others wrote, may name whatever it likes.
    private async ValueTask<string?> AgainstReferencesAsync(
        string seed, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var added = ObjectReferences.In(attributes.Object!["spec"]).Except(ObjectReferences.In(attributes.OldObject?["spec"])).ToList();
        if (added.Count == 0)
        {
            return null;
        }

        var configured = await relations.ConfiguredAsync(seed, cancellationToken);
        foreach (var other in await objects.ListAsync<Seed>(null, cancellationToken))
        {
            if (other.Metadata.Name != seed
                && added.Find(r => !configured.Contains(r) && ObjectReferences.Of(other).Contains(r)) is { Name: not null } taken)
            {
                return $"{taken.Kind} {taken.Namespace}/{taken.Name} is of another seed: name it in the configuration of the Gardenlet "
                    + "or ManagedSeed";
            }
        }

        return null;
    }
}
