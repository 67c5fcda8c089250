using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Decides by owner reference and selector which children belong to a controller's object.</summary>
internal sealed class Claims(IKubernetesClient client)
{
    /// <summary>
    /// The children of the owner. Orphans that its selector matches are adopted, children that it no longer matches are
    /// let go.
    /// </summary>
    public async Task<IReadOnlyList<T>> ClaimAsync<TOwner, T>(
        TOwner owner, LabelSelector? selector, IReadOnlyList<T> candidates, CancellationToken cancellationToken)
        where TOwner : KubernetesObject
        where T : KubernetesObject
    {
        var matcher = LabelSelectorMatcher.From(selector);
        var mine = new List<T>();
        bool? mayAdopt = owner.IsDeleting() ? false : null;
        foreach (var candidate in candidates)
        {
            var matches = matcher.Matches(candidate.Metadata.Labels);
            if (candidate.IsControlledBy(owner))
            {
                if (matches || candidate.IsDeleting() || owner.IsDeleting())
                {
                    mine.Add(candidate);
                }
                else
                {
                    await ChangeOwnersAsync(candidate, Others(candidate, owner), cancellationToken);
                }
            }
            else if (matches && candidate.Metadata.ControllerOwner() is null && !candidate.IsDeleting())
            {
                mayAdopt ??= await StillThereAsync(owner, cancellationToken);
                if (mayAdopt == true &&
                    await ChangeOwnersAsync(
                        candidate, [.. Others(candidate, owner), owner.AsController()],
                            cancellationToken) is { } adopted)
                {
                    mine.Add(adopted);
                }
            }
        }

        return mine;
    }

    private static IEnumerable<OwnerReference> Others(KubernetesObject value, KubernetesObject owner) =>
        (value.Metadata.OwnerReferences ?? []).Where(r => r.Uid != owner.Metadata.Uid);

    // The cache may lag behind: a namesake must not take over what its predecessor left.
    private async Task<bool> StillThereAsync<TOwner>(TOwner owner, CancellationToken cancellationToken)
        where TOwner : KubernetesObject =>
        await client.FindAsync<TOwner>(owner.Key, cancellationToken) is { } live &&
        live.Metadata.Uid == owner.Metadata.Uid && !live.IsDeleting();

    private async Task<T?> ChangeOwnersAsync<T>(
        T child, IEnumerable<OwnerReference> owners, CancellationToken cancellationToken) where T : KubernetesObject
    {
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = child.Metadata.Uid,
                ["resourceVersion"] = child.Metadata.ResourceVersion,
                ["ownerReferences"] = new JsonArray([.. owners.Select(o => (JsonNode)KubernetesJson.ToNode(o))]),
            },
        };
        try
        {
            return await client.PatchAsync<T>(child.Key, Patch.Merge(body), cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }
}
