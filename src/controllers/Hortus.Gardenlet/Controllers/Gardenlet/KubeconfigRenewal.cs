using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet;

/// <summary>Hands a Gardenlet's request for a new kubeconfig on to the part that renews it.</summary>
internal sealed class KubeconfigRenewal(GardenletSurroundings surroundings)
{
    private static readonly ObjectKey Key = new(GardenerNames.GardenNamespace, GardenletNames.KubeconfigSecret);

    /// <summary>Marks the Secret with the kubeconfig, and takes the request off the Gardenlet.</summary>
    /// <returns>The Gardenlet as it is now.</returns>
    public async Task<GardenletObject> ForwardAsync(GardenletObject gardenlet, CancellationToken cancellationToken)
    {
        if (gardenlet.Metadata.Annotation(GardenerAnnotations.Operation) != GardenerOperations.RenewKubeconfig)
        {
            return gardenlet;
        }

        if (await surroundings.SeedClient.FindAsync<Secret>(Key, cancellationToken) is not null)
        {
            await surroundings.SeedClient.PatchAsync<Secret>(Key, Annotate(GardenerOperations.Renew), cancellationToken);
        }

        return await surroundings.GardenClient.PatchAsync<GardenletObject>(gardenlet.Key, Annotate(null), cancellationToken);
    }

    private static Patch Annotate(string? operation) => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["annotations"] = new JsonObject { [GardenerAnnotations.Operation] = operation },
        },
    });
}
