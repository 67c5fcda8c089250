using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Development.Builds;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Runtime;

namespace Hortus.Development.Swaps;

/// <summary>Swaps the gardenlets through their Gardenlets: they upgrade themselves.</summary>
public sealed class GardenletSwap(IKubernetesClient garden) : IComponentSwap
{
    public string Component => "gardenlet";

    public string Place => "spec.deployment.image of the Gardenlets";

    public async Task<string?> TagAsync(CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken)).Select(gardenlet => gardenlet.Spec.Deployment.Image?.Tag ?? "").FirstOrDefault();

    public async Task AskForAsync(string tag, bool isLost, CancellationToken cancellationToken)
    {
        var image = new JsonObject { ["repository"] = DevelopmentEntries.Repository, ["tag"] = tag, ["ref"] = null };
        var patch = new JsonObject
        {
            ["spec"] = new JsonObject { ["deployment"] = new JsonObject { ["image"] = image } },
        };
        if (isLost)
        {
            // The operator deploys it then.
            patch["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject { [GardenerAnnotations.Operation] = GardenerOperations.ForceRedeploy },
            };
        }

        foreach (var gardenlet in await ListAsync(cancellationToken))
        {
            await garden.PatchAsync<Gardenlet>(gardenlet.Key, Patch.Merge(patch), cancellationToken);
        }
    }

    public async Task<string> RefusalAsync(CancellationToken cancellationToken)
    {
        var gardenlets = await ListAsync(cancellationToken);
        return await Race.FirstAsync(
            [.. gardenlets.Select<Gardenlet, Func<CancellationToken, Task<string>>>(gardenlet => token => RefusalAsync(gardenlet, token))],
            cancellationToken);
    }

    private async Task<string> RefusalAsync(Gardenlet asked, CancellationToken cancellationToken)
    {
        var found = await garden.UntilAsync<Gardenlet>(
            asked.Key, current => Refused(current, asked.Metadata.Generation ?? 0) is not null, cancellationToken);
        return $"Gardenlet {asked.Metadata.Name}: {Refused(found, 0)}";
    }

    private static string? Refused(Gardenlet? gardenlet, long generation) =>
        gardenlet?.Status is { } status && (status.ObservedGeneration ?? 0) >= generation
            ? status.Conditions?
                .FirstOrDefault(condition => condition is { Type: GardenerConditions.GardenletReconciled, Status: "False" })?.Message
            : null;

    private async Task<IReadOnlyList<Gardenlet>> ListAsync(CancellationToken cancellationToken) =>
        (await garden.ListAsync<Gardenlet>(ListOptions.In(GardenerNames.GardenNamespace), cancellationToken)).Items;
}
