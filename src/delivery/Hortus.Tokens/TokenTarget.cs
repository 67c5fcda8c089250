using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Tokens;

/// <summary>The service accounts of the target cluster and their tokens.</summary>
internal sealed class TokenTarget(IKubernetesClient client)
{
    /// <summary>Whether the target takes a token as one of an account.</summary>
    public async Task<bool> AcceptsAsync(string token, TokenOrder order, CancellationToken cancellationToken)
    {
        var review = await client.CreateAsync(new TokenReview { Spec = new TokenReviewSpec { Token = token } }, cancellationToken);
        return review.Status.Authenticated == true && review.Status.User?.Username == order.UserName;
    }

    /// <summary>A new token; the account is made when it is not there.</summary>
    public async Task<TokenRequestStatus> IssueAsync(TokenOrder order, CancellationToken cancellationToken)
    {
        await EnsureAccountAsync(order, cancellationToken);
        var request = new TokenRequest { Spec = new TokenRequestSpec { ExpirationSeconds = (long)order.Lifetime.TotalSeconds } };
        var answer = await client.CreateSubresourceAsync<ServiceAccount, TokenRequest, TokenRequest>(
            order.Account, "token", request, cancellationToken);
        return answer.Status;
    }

    /// <summary>The Secret that holds a token in the target; null when it is not there.</summary>
    public Task<Secret?> FindCopyAsync(ObjectKey key, CancellationToken cancellationToken) =>
        client.FindAsync<Secret>(key, cancellationToken);

    /// <summary>Puts a token into a Secret of the target.</summary>
    /// <param name="key">The Secret.</param>
    /// <param name="known">It as it was found; null makes it.</param>
    /// <param name="changes">What changes in its data.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task WriteCopyAsync(
        ObjectKey key, Secret? known, IReadOnlyDictionary<string, byte[]?> changes, CancellationToken cancellationToken)
    {
        if (known is not null)
        {
            await client.PatchAsync<Secret>(key, SecretPatch.Of(known, changes), cancellationToken);
            return;
        }

        var data = changes.Where(c => c.Value is not null).ToDictionary(c => c.Key, c => c.Value!);
        await client.CreateAsync(
            new Secret
            {
                Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name },
                Type = "Opaque",
                Data = data,
            },
            cancellationToken);
    }

    /// <summary>Deletes the account, with which all of its tokens end, and the Secret in the target that held one.</summary>
    public async Task DeleteAsync(TokenOrder order, CancellationToken cancellationToken)
    {
        await client.DeleteAsync<ServiceAccount>(order.Account, null, cancellationToken);
        if (order.Copy is { } copy)
        {
            await client.DeleteAsync<Secret>(copy, null, cancellationToken);
        }
    }

    private async Task EnsureAccountAsync(TokenOrder order, CancellationToken cancellationToken)
    {
        var account = await client.FindAsync<ServiceAccount>(order.Account, cancellationToken);
        if (account is null)
        {
            await client.CreateAsync(
                new ServiceAccount
                {
                    Metadata = new ObjectMeta
                    {
                        Namespace = order.Account.Namespace,
                        Name = order.Account.Name,
                        Labels = order.AccountLabels.Count > 0 ? order.AccountLabels : null,
                    },
                    AutomountServiceAccountToken = false,
                },
                cancellationToken);
        }
        else if (account.AutomountServiceAccountToken != false
            || order.AccountLabels.Any(l => account.Metadata.Label(l.Key) != l.Value))
        {
            var labels = new JsonObject(order.AccountLabels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value)));
            var body = new JsonObject
            {
                ["metadata"] = new JsonObject { ["labels"] = labels },
                ["automountServiceAccountToken"] = false,
            };
            await client.PatchAsync<ServiceAccount>(order.Account, Patch.Merge(body), cancellationToken);
        }
    }
}
