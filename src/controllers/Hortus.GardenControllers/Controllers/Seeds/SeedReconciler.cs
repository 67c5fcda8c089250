using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Gives each Seed a namespace in the garden, and copies into it what all seeds need to know (domains, pull secrets).</summary>
public sealed class SeedReconciler(IControllerManager manager) : IReconciler
{
    private const string FieldManager = "gardener-controller-manager";

    /// <summary>Secrets of the garden namespace with a role.</summary>
    public static CacheScope SharedSecrets { get; } = new(GardenerNames.GardenNamespace, GardenerLabels.Role);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var name = GardenerNames.SeedNamespace(key.Name);
        if (manager.CacheOf<Seed>().Find(key) is null)
        {
            await manager.Client.DeleteAsync<Namespace>(ObjectKey.Cluster(name), null, cancellationToken);
            return ReconcileResult.Done;
        }

        await manager.Client.ApplyAsync(
            new Namespace
            {
                Metadata = new ObjectMeta
                {
                    Name = name,
                    Labels = new Dictionary<string, string> { [GardenerLabels.Role] = GardenerRoles.Seed },
                },
            },
            FieldManager,
            cancellationToken);
        var shared = manager.CacheOf<Secret>(SharedSecrets).List().Where(secret => !secret.Metadata.IsDeleting()).ToArray();
        foreach (var secret in shared)
        {
            await manager.Client.ApplyAsync(CopyOf(secret, name), FieldManager, cancellationToken);
        }

        var copies = await manager.Client.ListAsync<Secret>(
            new ListOptions { Namespace = name, LabelSelector = GardenerLabels.Role }, cancellationToken);
        foreach (var copy in copies.Items.Where(copy => shared.All(secret => secret.Metadata.Name != copy.Metadata.Name)))
        {
            await manager.Client.DeleteAsync<Secret>(copy.Key, null, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private static Secret CopyOf(Secret secret, string @namespace) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = @namespace,
            Name = secret.Metadata.Name,
            Labels = secret.Metadata.Labels,
            Annotations = secret.Metadata.Annotations,
        },
        Type = secret.Type,
        Data = secret.Data,
    };
}
