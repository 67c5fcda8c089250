using System.Security.Cryptography;
using System.Text;
using Hortus.ApiServer.Access;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Gardener.SeedManagement;
using Bastion = Hortus.Objects.Gardener.Operations.Bastion;

namespace Hortus.GardenApi.Seeds;

/// <summary>Which objects belong to a seed, answered from the garden's own objects as they are now: nothing is asked over the network and
/// nothing is behind.</summary>
internal sealed class SeedRelations(IObjectReader objects)
{
    private const int TokenIdLength = 6;

    /// <summary>The Shoots that live on a seed, are to live there or are about to leave it; of one namespace or, with null, of
    /// all.</summary>
    public async ValueTask<IReadOnlyList<Shoot>> ShootsAsync(string seed, string? space, CancellationToken cancellationToken) =>
        [.. (await objects.ListAsync<Shoot>(space, cancellationToken)).Where(shoot => IsOn(shoot, seed))];

    /// <summary>Whether a Shoot is one of them.</summary>
    public async ValueTask<bool> HasShootAsync(string seed, string? space, string name, CancellationToken cancellationToken) =>
        space is not null
        && await objects.FindAsync<Shoot>(new ObjectKey(space, name), cancellationToken) is { } shoot
        && IsOn(shoot, seed);

    /// <summary>Whether a Project's namespace has such a Shoot.</summary>
    public async ValueTask<bool> HasShootInAsync(string seed, string space, CancellationToken cancellationToken) =>
        (await objects.ListAsync<Shoot>(space, cancellationToken)).Any(shoot => IsOn(shoot, seed));

    /// <summary>Whether an object is made for such a Shoot, which its name says: <c>SHOOT.suffix</c>.</summary>
    public async ValueTask<bool> IsOfShootAsync(string seed, string space, string name, CancellationToken cancellationToken)
    {
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot > 0; dot = name.IndexOf('.', dot + 1))
        {
            if (await HasShootAsync(seed, space, name[..dot], cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a Secret, ConfigMap, InternalSecret or WorkloadIdentity is named by the Seed or by what belongs to it.</summary>
    public async ValueTask<bool> NamesAsync(string seed, string kind, ObjectKey key, CancellationToken cancellationToken)
    {
        var (space, name) = (key.Namespace ?? "", key.Name);
        if (await objects.FindAsync<Seed>(ObjectKey.Cluster(seed), cancellationToken) is { } registered
            && Names(registered, kind, space, name))
        {
            return true;
        }

        foreach (var shoot in await ShootsAsync(seed, null, cancellationToken))
        {
            // The owners of a Shoot write its references: they may only mean what lies beside it.
            if ((shoot.Metadata.Namespace == space && ObjectReferences.Of(shoot).Any(r => r.Kind == kind && r.Name == name))
                || await BindingNamesAsync(shoot, kind, key, cancellationToken))
            {
                return true;
            }
        }

        foreach (var bucket in await objects.ListAsync<BackupBucket>(null, cancellationToken))
        {
            if (bucket.Spec.SeedName == seed && Names(bucket, kind, space, name))
            {
                return true;
            }
        }

        return await InstallationNamesAsync(seed, kind, space, name, cancellationToken)
            || (space == GardenerNames.GardenNamespace
                && await objects.FindAsync<Objects.Gardener.SeedManagement.Gardenlet>(
                    new ObjectKey(GardenerNames.GardenNamespace, seed), cancellationToken) is { } gardenlet
                && ObjectReferences.Of(gardenlet).Any(r => r.Kind == kind && r.Name == name))
            || (await ManagedSeedOfAsync(seed, cancellationToken) is { } own && Names(own, kind, space, name))
            || (await ManagedSeedsAsync(seed, cancellationToken)).Any(managed => Names(managed, kind, space, name));
    }

    /// <summary>What the configuration of a seed's gardenlet names, which others wrote: in its Gardenlet, or in the ManagedSeed that it
    /// comes from.</summary>
    public async ValueTask<IReadOnlySet<ObjectReferenceTo>> ConfiguredAsync(string seed, CancellationToken cancellationToken)
    {
        var gardenlet = await objects.FindAsync<Objects.Gardener.SeedManagement.Gardenlet>(
            new ObjectKey(GardenerNames.GardenNamespace, seed), cancellationToken);
        KubernetesObject?[] writers = [gardenlet, await ManagedSeedOfAsync(seed, cancellationToken)];
        return writers.OfType<KubernetesObject>().SelectMany(ObjectReferences.Of).ToHashSet();
    }

    /// <summary>The ManagedSeed that a seed comes from; null when it is no managed one.</summary>
    public ValueTask<ManagedSeed?> ManagedSeedOfAsync(string seed, CancellationToken cancellationToken) =>
        objects.FindAsync<ManagedSeed>(new ObjectKey(GardenerNames.GardenNamespace, seed), cancellationToken);

    /// <summary>Whether a binding of credentials is used by such a Shoot.</summary>
    public async ValueTask<bool> UsesBindingAsync(
        string seed, string space, string name, Func<Shoot, string?> binding, CancellationToken cancellationToken) =>
        (await ShootsAsync(seed, space, cancellationToken)).Any(shoot => binding(shoot) == name);

    /// <summary>The seeds that are made of such Shoots.</summary>
    public async ValueTask<IReadOnlyList<ManagedSeed>> ManagedSeedsAsync(string seed, CancellationToken cancellationToken)
    {
        var found = new List<ManagedSeed>();
        foreach (var managed in await objects.ListAsync<ManagedSeed>(null, cancellationToken))
        {
            if (managed.Spec.Shoot?.Name is { } shoot && await HasShootAsync(seed, managed.Metadata.Namespace, shoot, cancellationToken))
            {
                found.Add(managed);
            }
        }

        return found;
    }

    /// <summary>Whether a bootstrap token is that of a seed's gardenlet or of one that it deploys: the operator makes ids of
    /// names.</summary>
    public async ValueTask<bool> IsTokenAsync(string seed, string id, CancellationToken cancellationToken) =>
        id == TokenId(GardenerNames.GardenNamespace, seed)
        || (await ManagedSeedsAsync(seed, cancellationToken)).Any(m => id == TokenId(m.Metadata.Namespace!, m.Metadata.Name!));

    /// <summary>Whether a Project has such a Shoot.</summary>
    public async ValueTask<bool> IsProjectOfAsync(string seed, string name, CancellationToken cancellationToken) =>
        (await objects.FindAsync<Project>(ObjectKey.Cluster(name), cancellationToken))?.Spec.Namespace is { Length: > 0 } space
        && await HasShootInAsync(seed, space, cancellationToken);

    public async ValueTask<bool> HasBucketAsync(string seed, string name, CancellationToken cancellationToken) =>
        (await objects.FindAsync<BackupBucket>(ObjectKey.Cluster(name), cancellationToken))?.Spec.SeedName == seed;

    public async ValueTask<bool> HasEntryAsync(string seed, ObjectKey key, CancellationToken cancellationToken) =>
        (await objects.FindAsync<BackupEntry>(key, cancellationToken))?.Spec.SeedName == seed;

    public async ValueTask<bool> HasBastionAsync(string seed, ObjectKey key, CancellationToken cancellationToken) =>
        (await objects.FindAsync<Bastion>(key, cancellationToken))?.Spec.SeedName == seed;

    public async ValueTask<bool> HasInstallationAsync(string seed, string name, CancellationToken cancellationToken) =>
        (await objects.FindAsync<ControllerInstallation>(ObjectKey.Cluster(name), cancellationToken))?.Spec.SeedRef?.Name == seed;

    private static bool IsOn(Shoot shoot, string seed) => shoot.Spec.SeedName == seed || shoot.Status?.SeedName == seed;

    private static bool Names(KubernetesObject value, string kind, string space, string name) => ObjectReferences.Of(value).Any(
        r => r.Kind == kind && r.Name == name && (r.Namespace ?? GardenerNames.GardenNamespace) == space);

    private async ValueTask<bool> BindingNamesAsync(Shoot shoot, string kind, ObjectKey key, CancellationToken cancellationToken)
    {
        if (shoot.Spec.CredentialsBindingName is { Length: > 0 } name
            && await objects.FindAsync<CredentialsBinding>(new ObjectKey(shoot.Metadata.Namespace, name), cancellationToken) is { } binding
            && (binding.CredentialsRef.Kind ?? "Secret") == kind
            && key == new ObjectKey(binding.CredentialsRef.Namespace ?? shoot.Metadata.Namespace, binding.CredentialsRef.Name ?? ""))
        {
            return true;
        }

        return kind == "Secret"
            && shoot.Spec.SecretBindingName is { Length: > 0 } secretBinding
            && await objects.FindAsync<SecretBinding>(
                new ObjectKey(shoot.Metadata.Namespace, secretBinding), cancellationToken) is { } found
            && key == new ObjectKey(found.SecretRef.Namespace ?? shoot.Metadata.Namespace, found.SecretRef.Name ?? "");
    }

    private async ValueTask<bool> InstallationNamesAsync(
        string seed, string kind, string space, string name, CancellationToken cancellationToken)
    {
        foreach (var installation in await objects.ListAsync<ControllerInstallation>(null, cancellationToken))
        {
            if (installation.Spec.SeedRef?.Name != seed)
            {
                continue;
            }

            if (Names(installation, kind, space, name)
                || (installation.Spec.DeploymentRef?.Name is { } deployment
                    && await objects.FindAsync<ControllerDeployment>(ObjectKey.Cluster(deployment), cancellationToken) is { } chart
                    && Names(chart, kind, space, name)))
            {
                return true;
            }
        }

        return false;
    }

    private static string TokenId(string space, string name) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{space}--{name}")))[..TokenIdLength];
}
