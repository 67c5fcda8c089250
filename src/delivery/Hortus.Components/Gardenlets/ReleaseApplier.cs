using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Components.Gardenlets;

/// <summary>Brings the objects of releases to one cluster and takes them away.</summary>
internal sealed class ReleaseApplier(IKubernetesClient target, TimeProvider clock)
{
    private const int TriesMax = 5;
    private const string HelmPolicy = "helm.sh/resource-policy";

    // What others use too, or what cannot be made again.
    private static readonly HashSet<string> Kept = ["Namespace", "CustomResourceDefinition", "Lease", "PersistentVolumeClaim"];

    private readonly ReleaseKinds kinds = new(target);

    /// <summary>Creates what is missing and replaces what is there.</summary>
    /// <exception cref="GardenletInstallException">It does not work; the message names the object.</exception>
    public async Task ApplyAsync(GardenletRelease release, CancellationToken cancellationToken)
    {
        await TryAsync(
            async () =>
            {
                var before = await GardenletInventory.ReadAsync(target, cancellationToken);
                await before.With(release, clock.GetUtcNow()).WriteAsync(target, cancellationToken);
            },
            $"ConfigMap {GardenletInventory.Key}");
        foreach (var value in release.Objects)
        {
            var entry = InventoryEntry.Of(value);
            await TryAsync(() => ApplyAsync(entry, ReleaseObjects.Mark(value, release), cancellationToken), entry.ToString());
        }
    }

    /// <summary>Deletes what is in the inventory and not in the release.</summary>
    /// <returns>What was deleted.</returns>
    /// <exception cref="GardenletInstallException">It does not work; the message names the object.</exception>
    public async Task<IReadOnlyList<string>> PruneAsync(GardenletRelease release, CancellationToken cancellationToken)
    {
        var inventory = GardenletInventory.Empty;
        await TryAsync(
            async () => inventory = await GardenletInventory.ReadAsync(target, cancellationToken), $"ConfigMap {GardenletInventory.Key}");
        var wanted = release.Objects.Select(InventoryEntry.Of).ToHashSet();
        var deleted = await DeleteAsync([.. inventory.Objects.Where(entry => !wanted.Contains(entry))], cancellationToken);

        if (inventory.Objects.Any(entry => !wanted.Contains(entry)))
        {
            await TryAsync(
                () => (inventory with { Objects = [.. release.Objects.Select(InventoryEntry.Of)] }).WriteAsync(target, cancellationToken),
                $"ConfigMap {GardenletInventory.Key}");
        }

        return deleted;
    }

    /// <summary>Deletes all that is in the inventory, and the inventory in the end.</summary>
    /// <exception cref="GardenletInstallException">It does not work; the message names the object.</exception>
    public Task UninstallAsync(CancellationToken cancellationToken) => TryAsync(
        async () =>
        {
            var inventory = await GardenletInventory.ReadAsync(target, cancellationToken);
            await DeleteAsync(inventory.Objects, cancellationToken);
            await target.DeleteAsync<ConfigMap>(GardenletInventory.Key, null, cancellationToken);
        },
        $"ConfigMap {GardenletInventory.Key}");

    // The last ones first: what others need came before them.
    private async Task<List<string>> DeleteAsync(IReadOnlyList<InventoryEntry> entries, CancellationToken cancellationToken)
    {
        var deleted = new List<string>();
        foreach (var entry in entries.Reverse())
        {
            await TryAsync(
                async () =>
                {
                    if (await DeleteAsync(entry, cancellationToken))
                    {
                        deleted.Add(entry.ToString());
                    }
                },
                entry.ToString());
        }

        return deleted;
    }

    private async Task ApplyAsync(InventoryEntry entry, JsonObject wanted, CancellationToken cancellationToken)
    {
        var kind = await kinds.FindAsync(entry, cancellationToken)
            ?? throw new GardenletInstallException(
                GardenletInstallStep.Apply, $"{entry}: the cluster has no kind {entry.Kind} in {entry.ApiVersion}");
        var key = KeyOf(kind, entry);
        if (kind.Namespaced)
        {
            wanted.Ensure("metadata")["namespace"] = key.Namespace;
        }

        for (var tries = 1; ; tries++)
        {
            var live = await target.Dynamic.FindAsync(kind, key, cancellationToken);
            try
            {
                if (live is null)
                {
                    // Rights to create cannot be given by name, rights to apply can.
                    await target.Dynamic.ApplyAsync(kind, wanted, GardenletNames.Deployment, cancellationToken);
                }
                else
                {
                    await target.Dynamic.UpdateAsync(kind, ReleaseObjects.Merge(live, wanted), cancellationToken);
                }

                return;
            }
            catch (ApiException e) when (tries < TriesMax && (e.IsConflict || e.IsAlreadyExists || (e.IsNotFound && live is not null)))
            {
                // Somebody was faster.
            }
        }
    }

    private async Task<bool> DeleteAsync(InventoryEntry entry, CancellationToken cancellationToken)
    {
        if (Kept.Contains(entry.Kind) || await kinds.FindAsync(entry, cancellationToken) is not { } kind)
        {
            return false;
        }

        var key = KeyOf(kind, entry);
        if (await target.Dynamic.FindAsync(kind, key, cancellationToken) is not { } live || IsKept(live))
        {
            return false;
        }

        await target.Dynamic.DeleteAsync(
            kind, key, new DeleteOptions { PreconditionUid = live.Text("metadata", "uid") }, cancellationToken);
        return true;
    }

    // Objects that somebody else has taken over, that others collect when nothing refers to them, and credentials for the garden.
    private static bool IsKept(JsonObject live) =>
        live.Text("metadata", "labels", GardenletNames.AppliedByLabel) != GardenletNames.Deployment
        || live.Text("metadata", "labels", ResourceNames.GarbageCollectable) == "true"
        || ResourceNames.IsTrue(live.Text("metadata", "annotations", ResourceNames.KeepObject))
        || live.Text("metadata", "annotations", HelmPolicy) == "keep"
        || (live.Text("kind") == "Secret" && live.At("data", GardenletNames.KubeconfigKey) is not null);

    private static ObjectKey KeyOf(ResourceKind kind, InventoryEntry entry) => new(
        kind.Namespaced ? entry.Namespace is { Length: > 0 } space ? space : GardenerNames.GardenNamespace : null, entry.Name);

    private static async Task TryAsync(Func<Task> call, string what)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException)
        {
            var text = e is ApiException refused ? refused.Status.Message ?? refused.Status.Reason ?? e.Message : e.Message;
            throw new GardenletInstallException(GardenletInstallStep.Apply, $"{what} cannot be written: {text}", e);
        }
    }
}
